"""Words to attributes: which kinds, colours and patterns of a shop a text means.

```
sentences   a catalogue as sentences of words and attribute values
learning    word vectors from sentences: skip-gram, by gensim
vectors     texts and values by those vectors
stored      a shop's word vectors as a folder
encoded     an encoder of sentences in their place
finder      text in, attributes out
answer      what is given
```
"""

from modiste.search.attributes.answer import AttributeAnswer, Close
from modiste.search.attributes.finder import AttributeFinder

__all__ = ["AttributeAnswer", "AttributeFinder", "Close"]
