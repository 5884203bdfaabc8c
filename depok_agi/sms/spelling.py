"""Words that are nearly right."""


def is_nearly(word: str, wanted: str) -> bool:
    """Whether one slip makes the one of the other: a letter wrong, missing or too many, or two neighbours swapped."""
    if word == wanted:
        return True
    shorter, longer = sorted((word, wanted), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    begin = 0
    while begin < len(shorter) and shorter[begin] == longer[begin]:
        begin += 1
    if len(shorter) < len(longer):
        return shorter[begin:] == longer[begin + 1 :]
    if shorter[begin + 1 :] == longer[begin + 1 :]:
        return True
    swapped = shorter[begin : begin + 2][::-1] == longer[begin : begin + 2]
    return swapped and shorter[begin + 2 :] == longer[begin + 2 :]
