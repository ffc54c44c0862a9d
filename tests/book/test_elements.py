"""A page without the elements that change nothing."""

from __future__ import annotations

import re
from itertools import count

from browser import load_extension
from hypothesis import given
from hypothesis import strategies as st
from sphinx.highlighting import PygmentsBridge

elements = load_extension("elements")

CSS = """
.day .highlight { background: white; color: #080808 }
.night .highlight { background: black; color: #F8F8F2 }
.day .highlight .n { color: #080808 } /* Name */
.night .highlight .n { color: #F8F8F2 }
.day .highlight .k { color: #6730C5 } /* Keyword */
.night .highlight .k { color: #DCC6E0 }
.day .highlight .p { color: #080808 }
.night .highlight .p { color: #ABE338 }
.day .highlight .b { color: #080808; font-weight: bold }
.night .highlight .b { color: #F8F8F2; font-weight: bold }
.day .highlight .once { color: #080808 }
.day .highlight pre { line-height: 125%; }
"""


class TestWords:
    def test_a_word_is_plain_if_it_looks_like_the_text_around_it_in_every_theme(self) -> None:
        assert elements.plain_words(CSS) == {"n"}
        assert elements.plain_words("") == set()

    def test_in_the_styles_of_this_book_names_and_commas_are_plain_and_keywords_are_not(self) -> None:
        sheets = [
            re.sub(r"(?m)^\.highlight", f".{style} .highlight", PygmentsBridge("html", style).get_stylesheet())
            for style in ("a11y-high-contrast-light", "a11y-high-contrast-dark")
        ]
        plain = elements.plain_words("\n".join(sheets))
        assert {"n", "p"} <= plain and not plain & {"k", "nf", "s2", "mi", "c1", "o"}

    def test_plain_words_lose_their_element_and_the_others_keep_theirs(self) -> None:
        code = '<pre><span></span><span class="k">def</span> <span class="n">f</span><span class="p">(</span></pre>'
        lighter = code.replace('<span class="n">f</span>', "f")
        assert elements.without_words(code, {"n"}) == lighter
        assert elements.without_words(code, set()) == code


class TestGroups:
    def test_a_group_that_does_nothing_goes_and_what_is_in_it_stays(self) -> None:
        page = '<svg id="s"><g id="axes"><g><path d="M0 0"/></g><g fill="red"><g id="x"></g></g></g></svg>'
        assert elements.without_groups(page) == '<svg id="s"><path d="M0 0"/><g fill="red"></g></svg>'

    def test_a_group_stays_if_something_calls_its_name(self) -> None:
        page = '<svg aria-labelledby="a b"><g id="a"></g><g id="b"></g><g id="c"></g></svg><a href="#d"></a>'
        page += '<svg><g id="d"></g></svg>'
        assert elements.without_groups(page) == page.replace('<g id="c"></g>', "")

    def test_nothing_outside_of_a_picture_is_touched(self) -> None:
        page = "<pre>&lt;g&gt;</pre><script>'<g>'</script><svg><glyph></glyph><g></g></svg>"
        assert elements.without_groups(page) == page.replace("<g></g>", "")

    def test_a_picture_within_a_picture_ends_neither_it_nor_its_groups(self) -> None:
        page = '<svg><g><g fill="red"><svg><g><path/></g></svg></g><g></g></g></svg><p><svg><g></g></svg>'
        assert elements.without_groups(page) == ('<svg><g fill="red"><svg><path/></svg></g></svg><p><svg></svg>')

    @given(
        st.recursive(
            st.sampled_from(["<path/>", "<text>a</text>"]),
            lambda inner: st.builds(
                lambda opening, content: f"{opening}{''.join(content)}</{opening.strip('<>').split()[0]}>",
                st.sampled_from(["<g>", '<g id="only">', '<g fill="red">', '<g id="both" fill="red">', '<svg y="1">']),
                st.lists(inner, max_size=3),
            ),
        )
    )
    def test_any_picture_keeps_what_it_draws_and_its_nesting(self, drawing: str) -> None:
        number = count()
        drawing = re.sub('"only"', lambda _: f'"only-{next(number)}"', drawing)
        lighter = elements.without_groups(f"<svg>{drawing}</svg>")
        bare = re.compile(r"</?g\b[^>]*>")
        assert bare.sub("", lighter) == bare.sub("", f"<svg>{drawing}</svg>")
        assert "<g>" not in lighter and lighter.count("<g") == lighter.count("</g>") == drawing.count("fill")
        assert elements.without_groups(lighter) == lighter
