"""The durable shell: carries steps out and writes facts down."""
