"""How an encoder's towers are written for onnxruntime.

```
towers       the towers as torch modules, and what each is shown while it is written
files        towers as files, in 32-bit or 8-bit numbers
comparison   how far vectors moved, how much sooner they are there
export       all of it: one folder, whole or not there
```
"""
