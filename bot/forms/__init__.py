"""The forms of the close-out report. Each renders the same facts in the same order."""

import json
from collections.abc import Callable, Mapping

from bot.forms.data import to_json
from bot.forms.markdown import to_markdown
from bot.forms.table import to_csv
from bot.rules.report import Report


def _json_text(report: Report) -> str:
    return json.dumps(to_json(report), indent=2, ensure_ascii=False)


def _html(report: Report) -> str:
    from bot.forms.page import to_html  # with Jinja2, which a bot that is asked for no page does without

    return to_html(report)


FORMS: Mapping[str, Callable[[Report], str]] = {
    "json": _json_text,
    "markdown": to_markdown,
    "html": _html,
    "csv": to_csv,
}
