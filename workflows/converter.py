"""How values are written into histories: pydantic's JSON, without what is absent.

Every client, worker and replayer of returns uses this converter. It reads whatever pydantic's own
converter wrote.
"""

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)


class _CompactJson(PydanticJSONPlainPayloadConverter):
    def __init__(self) -> None:
        super().__init__()
        self._adapters: dict[type[object], TypeAdapter[object]] = {}

    def to_payload(self, value: object) -> Payload:
        """Write a value; histories are paid for by the byte, so nulls stay out."""
        kind = type(value)
        if kind not in self._adapters:
            self._adapters[kind] = TypeAdapter(kind)
        data = self._adapters[kind].dump_json(value, exclude_none=True)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)


class _Payloads(CompositePayloadConverter):
    def __init__(self) -> None:
        converters = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(
            *(
                _CompactJson() if isinstance(one, JSONPlainPayloadConverter) else one
                for one in converters
            )
        )


data_converter = DataConverter(payload_converter_class=_Payloads)
