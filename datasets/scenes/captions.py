"""Captions in a small grammar, and the oracle that judges them.

    caption  := group | group " and " group | group " " relation " " group
    group    := article noun | number plural
    relation := "left of" | "right of" | "above" | "below"

The first group is the superclass with the largest visible area, the second the runner-up; a
scene with one superclass has one group. A group counts all objects of its superclass. A
relation holds if it holds for every pair of box centres, one from each group, by at least
`MARGIN` of the picture's side; of two that hold, the wider is said, and "and" joins groups
that no relation separates. Objects of further superclasses go unsaid.
"""

MARGIN = 1 / 32  # of the picture's side
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
NOUNS = {  # superclass: (singular with its article, plural)
    "bird": ("a bird", "birds"),
    "flower": ("a flower", "flowers"),
    "food": ("a piece of food", "pieces of food"),
    "household item": ("a household item", "household items"),
    "mammal": ("a mammal", "mammals"),
    "sea animal": ("a sea animal", "sea animals"),
    "vehicle": ("a vehicle", "vehicles"),
}
RELATIONS = {  # relation: (axis, sign): sign · (second − first) > 0 on that axis
    "left of": (0, 1),
    "right of": (0, -1),
    "above": (1, 1),
    "below": (1, -1),
}


def caption(objects, size):
    """Describe one scene.

    Args:
        objects: Dicts with `label` (superclass), `xyxy` (pixels) and `area` (visible pixels).
        size: Side of the picture, pixels.

    Returns:
        The sentence, without capital and full stop: str.
    """
    areas = {}
    for item in objects:
        areas[item["label"]] = areas.get(item["label"], 0) + item["area"]
    labels = sorted(areas, key=lambda label: (-areas[label], label))[:2]
    groups = [[item for item in objects if item["label"] == label] for label in labels]
    phrases = [phrase(label, len(group)) for label, group in zip(labels, groups, strict=True)]
    if len(phrases) == 1:
        return phrases[0]
    gaps = {name: gap(name, *groups) for name in RELATIONS}
    widest = max(RELATIONS, key=gaps.get)
    return f" {widest if gaps[widest] >= MARGIN * size else 'and'} ".join(phrases)


def phrase(label, count):
    """Name `count` objects of one superclass: str."""
    singular, plural = NOUNS[label]
    return singular if count == 1 else f"{NUMBERS[count]} {plural}"


def gap(relation, first, second):
    """Measure by how many pixels a relation holds for the worst pair (negative: it does not)."""
    axis, sign = RELATIONS[relation]
    return min(sign * (centre(b)[axis] - centre(a)[axis]) for a in first for b in second)


def centre(item):
    """Centre of an object's box: (x, y), pixels."""
    x0, y0, x1, y1 = item["xyxy"]
    return (x0 + x1) / 2, (y0 + y1) / 2


def parse(sentence):
    """Parse a caption: ([(label, count), …], relation or "and" or None)."""
    for joint in (*RELATIONS, "and"):
        first, found, second = sentence.partition(f" {joint} ")
        if found:
            return [parse_group(first), parse_group(second)], joint
    return [parse_group(sentence)], None


def parse_group(words):
    """Parse a group: (label, count)."""
    for label, (singular, plural) in NOUNS.items():
        if words == singular:
            return label, 1
        number, _, rest = words.partition(" ")
        if rest == plural and number in NUMBERS[2:]:
            return label, NUMBERS.index(number)
    raise ValueError(
        f"{words!r} is no group of the grammar; expected for example 'a bird' or 'two birds'."
    )


def is_true(sentence, objects):
    """Judge a caption against a scene: counts and relation of what it says (the oracle)."""
    groups, relation = parse(sentence)
    members = []
    for label, count in groups:
        members.append([item for item in objects if item["label"] == label])
        if len(members[-1]) != count:
            return False
    if relation in RELATIONS:
        return gap(relation, *members) > 0
    return True
