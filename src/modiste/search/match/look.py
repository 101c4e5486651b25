"""A photo as a match sees it: a garment's attributes, and a vector to compare pictures with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modiste.data.photos import open_photo
from modiste.encoders.base import Vectors
from modiste.errors import ModisteError
from modiste.search.attributes import AttributeFinder
from modiste.search.match.seen import (
    Recogniser,
    Seen,
    choose_garment,
    cut_out,
    read_garment,
)
from modiste.search.query.asked import Reader, Unwanted
from modiste.search.space import Spaces


@dataclass(frozen=True)
class Look:
    """What is known of a photo."""

    seen: Seen = field(default_factory=Seen)
    vector: Vectors | None = None
    """`[dim]`; None: the shop's pictures have no vectors to compare it with."""
    label: str = ""
    """Whose vector it is."""
    whole: str = "photo"
    """What the vector is of: the photo, or the garment in it."""
    notes: tuple[str, ...] = ()


def look_at(
    photo: Path | bytes,
    kinds: Mapping[str, float],
    recogniser: Recogniser | None,
    reader: Reader,
    spaces: Spaces,
    finder: Callable[[], AttributeFinder],
    unwanted: Unwanted | None = None,
) -> Look:
    """Look at a photo.

    Where it shows several garments, one of the kind that the words name is meant, or the most
    certain; its part of the photo is compared with pictures.

    Args:
        photo: A picture's file or bytes.
        kinds: Kinds that the words name.
        recogniser: Sees garments; None: there is no model.
        reader: Reads words in the shop's.
        spaces: The shop's vectors.
        finder: Gives the word vectors where a name of the model is not the shop's.
        unwanted: What the words said no to.

    Raises:
        InputError: If the photo cannot be read, or there is neither a model nor a vector to look
            at it with.
    """
    picture = open_photo(photo)
    notes: list[str] = []
    seen, part, whole = Seen(), picture, "photo"
    if recogniser is None:
        notes.append(
            "no garments model: the photo is compared as a whole, its kind and colour are not "
            "read; fit one by modiste garments fit"
        )
    else:
        garments = recogniser.recognise([picture])[0]
        if not garments:
            notes.append("no garment is seen in the photo: it is compared as a whole")
        else:
            place = choose_garment(garments, kinds, lambda one: read_garment(one, reader, finder))
            seen = read_garment(garments[place], reader, finder, unwanted)
            names = [garment.category or "a garment" for garment in garments]
            if len(garments) > 1:
                part, whole = cut_out(picture, garments[place].box), "garment in the photo"
                notes.append(
                    f"the photo shows {', '.join(names)}: {names[place]} was matched; name "
                    "another in words to match that"
                )
            notes += [f"this shop has nothing like {name!r}" for name in seen.unread]
    try:
        space, eye = spaces.sight()
    except ModisteError as error:
        if not seen.wishes and not seen.said:
            raise
        return Look(seen, notes=(*notes, f"attributes alone: {error}"))
    return Look(seen, eye.pictures([part])[0], space.label, whole, tuple(notes))
