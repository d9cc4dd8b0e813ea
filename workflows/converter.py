"""How values are written into histories: pydantic's JSON, without what is absent.

Every client, worker and replayer of returns uses this converter. It reads whatever pydantic's own
converter wrote.
"""

from functools import lru_cache

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)


@lru_cache(maxsize=256)
def _adapter(kind: object) -> TypeAdapter[object]:
    """Return the adapter of a type: one for the whole process, because building it is slow.

    Each workflow has a converter of its own, so an adapter kept there would be built per return.
    """
    return TypeAdapter(kind)  # type: ignore[arg-type]  # whatever stands in an annotation


class _CompactJson(PydanticJSONPlainPayloadConverter):
    def to_payload(self, value: object) -> Payload:
        """Write a value; histories are paid for by the byte, so nulls stay out."""
        kind: object = type(value)
        data = _adapter(kind).dump_json(value, exclude_none=True)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> object:
        """Read a value; every type that a return says or hears is hashable."""
        hint: object = object if type_hint is None else type_hint
        return _adapter(hint).validate_json(payload.data)


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
