"""The back-fill: a schedule that repairs what the receiver of webhooks missed, for all returns.

Every quarter of an hour it lists Digital River's new events, keeps those that a return wants, and
reads the histories of just these returns. What is in a history was acknowledged; only what is not
is signalled. So the cost follows the events, never the number of open returns, and while webhooks
arrive there is no signal. Signalling one twice would change nothing: returns know event ids.
"""
