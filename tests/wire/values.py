"""Random values of a botocore shape that keep the model's constraints."""

import datetime
import re
import re._parser as parser

# What has to be escaped somewhere: in JSON, in a form, in XML, in UTF-8.
TEXT = "abcXYZ019 -_.:/=+@%&<>\"'\\;,*#?[]{}|~\n\t\réßλ東🚢"
CATEGORIES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": "abzABZ019_",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "abcABC019-_",
}
# What Python's patterns have no name for; the models have it inside of brackets only.
UNICODE = {
    r"\p{L}": "a-zA-Z",
    r"\p{M}": "\u0301",
    r"\p{N}": "0-9",
    r"\p{P}": ".,",
    r"\p{S}": "+",
    r"\p{Z}": " ",
    r"\p{Zs}": " ",
}
DEPTH_MAX = 9


class Values:
    """Draws values; `fill` is how many of the optional members are set, from 0 to 1."""

    def __init__(self, random, fill, protocol):
        self.random = random
        self.fill = fill
        # A form cannot say "an empty structure", ec2's not even "an empty list".
        self.is_form = protocol in ("query", "ec2")
        self.has_empty_lists = protocol != "ec2"

    def draw(self, shape, depth=0):
        return getattr(self, f"_{shape.type_name}")(shape, depth)

    def _structure(self, shape, depth):
        if shape.is_document_type:
            return {"text": "a", "list": [1, True, None, {"x": 1.5}]}
        if not shape.members:
            return {}
        if getattr(shape, "is_tagged_union", False):
            names = [self.random.choice(list(shape.members))]
        else:
            names = [name for name in shape.members if self._is_chosen(shape, name, depth)]
            if not names and depth and self.is_form:
                names = list(shape.members)[:1]
        return {name: self.draw(shape.members[name], depth + 1) for name in names}

    def _is_chosen(self, shape, name, depth):
        if name in shape.required_members:
            return True
        return depth < DEPTH_MAX and self.random.random() < self.fill

    def _list(self, shape, depth):
        least = shape.metadata.get("min", 0)
        if not least and not self.has_empty_lists:
            least = 1
        # Past nine, where the order of numbers and of their digits part.
        usual = 11 if depth == 1 and self.random.random() < 0.3 else 3
        count = self._count(least, shape.metadata.get("max"), usual)
        return [self.draw(shape.member, depth + 1) for _ in range(count)]

    def _map(self, shape, depth):
        least = max(shape.metadata.get("min", 0), 1 if self.is_form else 0)
        wanted = self._count(least, shape.metadata.get("max"), 3)
        found = {}
        for _ in range(50):
            if len(found) >= wanted:
                break
            key = self.draw(shape.key, depth + 1)
            found[key] = self.draw(shape.value, depth + 1)
        return found

    def _string(self, shape, _depth):
        if shape.enum:
            return self.random.choice(shape.enum)
        least = shape.metadata.get("min", 0)
        most = shape.metadata.get("max")
        if pattern := shape.metadata.get("pattern"):
            return self._matching(pattern, least, most)
        count = self._count(least, most, 12)
        return "".join(self.random.choice(TEXT) for _ in range(count))

    def _matching(self, pattern, least, most):
        plain = pattern
        for category, members in UNICODE.items():
            plain = plain.replace(category, members)
        # To Java a hyphen behind a class is itself.
        plain = re.sub(r"(\\[wds])-", r"\1\\-", plain)
        tree = parser.parse(plain)
        # What matches may be longer than the shape says that it has to be.
        least = max(least, tree.getwidth()[0])
        span = most if most is not None else least + 12
        for attempt in range(5000):
            text = self._sample(tree, (least, min(span, least + 12 + attempt)))
            if least <= len(text) <= span and re.fullmatch(plain, text):
                return text
        raise AssertionError(f"no value for {pattern} of {least} to {most}")

    def _sample(self, tree, span):
        return "".join(self._sample_one(str(op), argument, span) for op, argument in tree)

    def _sample_one(self, op, argument, span):
        if op == "LITERAL":
            return chr(argument)
        if op == "NOT_LITERAL":
            return self.random.choice([it for it in "abc-_09" if ord(it) != argument])
        if op == "ANY":
            return self.random.choice("abc-_09")
        if op == "IN":
            return self._sample_in(argument)
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = argument
            most = min(int(most), max(span[1], least))
            least = max(least, min(span[0], most))
            count = self.random.choice([least, self.random.randint(least, most)])
            return "".join(self._sample(inner, (0, 3)) for _ in range(count))
        if op == "SUBPATTERN":
            return self._sample(argument[3], span)
        if op == "BRANCH":
            return self._sample(self.random.choice(argument[1]), span)
        # What looks ahead takes nothing; whether it holds is seen when the whole is compared.
        if op in ("AT", "ASSERT", "ASSERT_NOT"):
            return ""
        raise AssertionError(f"cannot sample {op}")

    def _sample_in(self, items):
        if str(items[0][0]) == "NEGATE":
            banned = {chr(code) for op, code in items[1:] if str(op) == "LITERAL"}
            return self.random.choice([it for it in TEXT if it not in banned])
        op, argument = self.random.choice(items)
        if str(op) == "LITERAL":
            return chr(argument)
        if str(op) == "RANGE":
            least, most = argument
            most = min(most, least + 60)
            return chr(self.random.randint(least, most))
        return self.random.choice(CATEGORIES[str(argument)])

    def _integer(self, shape, _depth):
        return self._number(shape, -(2**31), 2**31 - 1)

    def _long(self, shape, _depth):
        return self._number(shape, -(2**63), 2**63 - 1)

    def _number(self, shape, least, most):
        least = int(shape.metadata.get("min", least))
        most = int(shape.metadata.get("max", most))
        return self.random.choice([least, most, self.random.randint(least, most)])

    def _double(self, shape, _depth):
        least = shape.metadata.get("min", -1e9)
        most = shape.metadata.get("max", 1e9)
        # Thousandths: our JSON parser is exact to 15 digits, the last bit may differ beyond.
        return self.random.choice([float(least), round(self.random.uniform(least, most), 3)])

    _float = _double

    def _boolean(self, _shape, _depth):
        return self.random.random() < 0.5

    def _timestamp(self, _shape, _depth):
        seconds = self.random.randint(0, 4_000_000_000)
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)

    def _blob(self, shape, _depth):
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
        return self.random.randbytes(self._count(least, most, 20))

    def _count(self, least, most, usual):
        top = max(least, usual)
        return self.random.randint(least, top if most is None else min(top, most))
