"""Rules of RFM segments for tests: written out by hand, or drawn by hypothesis."""

from hypothesis import strategies as st

TRICKY = [
    "\"'\\",
    "\\u0041",
    "a\tb\r\nc\x00\x1f\x7f\x85\u2028",
    "重要价值客户",
    "👩‍👧 {name}",
    "'''",
    '"""',
    "# no",
    "]",
]


def rule(code, **scores):
    return {"code": code, "en": code.title(), "zh": f"客户 {code}", **scores}


def rules_of(*segments, n_bins=2, **more):
    return {"n_bins": n_bins, "segments": list(segments), **more}


def codes():
    return st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True).filter(lambda code: code != "potential")


@st.composite
def any_rules(draw):
    """Valid rules, with gaps and overlaps."""
    names = (st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(TRICKY)).filter(str.strip)
    sizes = draw(st.fixed_dictionaries(dict.fromkeys("rfm", st.integers(2, 4))))
    found = draw(st.lists(codes(), min_size=1, max_size=6, unique=True))
    segments = [{"code": code, "en": draw(names), "zh": draw(names)} for code in found]
    rules = {"n_bins": sizes if draw(st.booleans()) or len(set(sizes.values())) > 1 else sizes["r"]}
    if draw(st.booleans()):
        rules["overlaps"] = draw(st.sampled_from(["refuse", "first"]))
    if len(segments) > 1 and draw(st.booleans()):
        rules["rest"] = segments.pop()
    for segment in segments:
        for name in draw(st.sets(st.sampled_from("rfm"))):
            score = st.integers(1, sizes[name])
            segment[name] = draw(score | st.lists(score, min_size=2, max_size=2).map(sorted))
    return rules | {"segments": segments}
