"""What the web UI says of each message, and of its one argument, beside the message's name."""

OPENED = "The Digital River return, or why not. Takes the request of the start, once more."

DIGITAL_RIVER_EVENT = "What a verified webhook taught. The receiver sends it."

RECEIVE_SHIPMENT = (
    'What arrived in one parcel. Takes {"reference": "P1", "items": {"ORDER ITEM": 1}}, and where '
    'it applies "revision" (higher, to correct a count), "damaged": {"ORDER ITEM": 1}, '
    '"wrong": {"WHAT": 1}.'
)

CANCEL = 'Stop before anything is received. Takes {"who": "…", "why": "…"}.'

RESOLVE = (
    "Answer the question that is open now. Takes "
    '{"question": "ITS ID", "answer": "ONE OF ITS ANSWERS", "who": "…", "why": "…"}; '
    'with settle_by_hand also "reference": "…", of the payment.'
)

SNAPSHOT = "All that is known, and what it means. Takes nothing."
