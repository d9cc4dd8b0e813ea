"""What a shop uses: a typed client for returns, over Temporal."""
