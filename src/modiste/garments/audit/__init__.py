"""Care for a catalogue: values that look wrong, values that are missing, pictures shown twice.

```python
from modiste.garments.audit.audit import audit_shop

found = audit_shop(Path("my-shop"))
found.table  # item_id, fault, attribute, given, suggested, probability, reason
```
"""
