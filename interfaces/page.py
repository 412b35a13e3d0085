"""The page: a conversation in Chinese or English, and beside it the passages that it rests on."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

# Gradio reads it when it is imported; without it a launch calls home.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr

from interfaces.conversation import Exchange, history_of, show_conversation
from interfaces.dates import read_date
from interfaces.desk import Desk
from interfaces.markup import plain
from interfaces.sources import Shown, open_sources, show_sources
from interfaces.wording import EXAMPLES, LANGUAGES, ZH, Wording
from rag import Answer, AnswerKind, KangbianError, Matrix, fact_matrix

_STATIC = Path(__file__).parent / "static"
CSS = _STATIC / "page.css"
HEAD = f"<script>{(_STATIC / 'page.js').read_text(encoding='utf-8')}</script>"
_SANS = ("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "system-ui", "sans-serif")


class Talk:
    """What one browser tab has asked and been shown; Gradio keeps one for each session."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.opened: list[list[Shown]] = []

    def render(self, words: Wording) -> tuple[str, str]:
        """The HTML of the conversation and of the panel."""
        return show_conversation(self.exchanges, words), show_sources(self.exchanges, self.opened, words)


def theme() -> gr.themes.Base:
    """Gradio's plain theme on system fonts, so that no font is fetched."""
    return gr.themes.Base(font=list(_SANS), font_mono=["ui-monospace", "Consolas", "monospace"])


def build_page(desk: Desk, workspace: str) -> gr.Blocks:
    """The Blocks of the page, talking to `desk`; `workspace` is the one it opens with."""
    page: gr.Blocks = gr.Blocks(title="抗辩 · AIGC 著作权纠纷检索", fill_width=True, analytics_enabled=False)
    with page:
        talk = gr.State(Talk())
        with gr.Row(elem_id="kb-head"):
            brand = gr.HTML(_brand(ZH), apply_default_css=False)
            language = gr.Radio(
                list(LANGUAGES), value="中文", show_label=False, container=False, elem_id="kb-language", min_width=0
            )
        with gr.Row(elem_id="kb-main"):
            with gr.Column(scale=3, elem_id="kb-left", min_width=320):
                conversation = gr.HTML(Talk().render(ZH)[0], elem_id="kb-conversation", apply_default_css=False)
                with gr.Row(elem_id="kb-examples") as examples:
                    example_buttons = [gr.Button(example, min_width=0) for example in EXAMPLES]
                with gr.Column(elem_id="kb-composer"):
                    question = gr.Textbox(
                        placeholder=ZH.placeholder,
                        show_label=False,
                        container=False,
                        lines=1,
                        max_lines=8,
                        autofocus=True,
                        elem_id="kb-question",
                    )
                    with gr.Row(elem_id="kb-controls"):
                        as_of = gr.Textbox(
                            label=ZH.as_of, placeholder=ZH.as_of_info, max_lines=1, min_width=120, elem_id="kb-as-of"
                        )
                        room = gr.Textbox(
                            workspace, label=ZH.workspace, max_lines=1, min_width=120, elem_id="kb-workspace"
                        )
                        clear = gr.Button(ZH.clear, elem_id="kb-clear", min_width=0)
                        send = gr.Button(ZH.send, variant="primary", elem_id="kb-send", min_width=0)
                notice = gr.HTML(_notice(ZH), elem_id="kb-notice", apply_default_css=False)
            with gr.Column(scale=2, elem_id="kb-right", min_width=320):
                panel = gr.HTML(Talk().render(ZH)[1], elem_id="kb-sources", apply_default_css=False)

        def ask(
            text: str, day: str, name: str, spoken: str, held: Talk
        ) -> Iterator[tuple[str, str, Talk, Any, Any, Any]]:
            words = LANGUAGES[spoken]
            if not text.strip():
                yield *held.render(words), held, gr.skip(), gr.skip(), gr.skip()
                return
            for _ in _converse(desk, held, text, day, name):
                yield *held.render(words), held, "", gr.update(interactive=False), gr.update(visible=False)
            # A question that failed goes back into the box, to be mended.
            left = text if held.exchanges[-1].error else ""
            yield *held.render(words), held, left, gr.update(interactive=True), gr.update(visible=False)

        def speak(spoken: str, held: Talk) -> tuple[Any, ...]:
            words = LANGUAGES[spoken]
            return (
                _brand(words),
                _notice(words),
                *held.render(words),
                gr.update(placeholder=words.placeholder),
                gr.update(label=words.as_of, placeholder=words.as_of_info),
                gr.update(label=words.workspace),
                gr.update(value=words.clear),
                gr.update(value=words.send),
            )

        def start_over(spoken: str) -> tuple[str, str, Talk, Any]:
            fresh = Talk()
            return *fresh.render(LANGUAGES[spoken]), fresh, gr.update(visible=True)

        outputs = [conversation, panel, talk, question, send, examples]
        inputs = [question, as_of, room, language, talk]
        shared: dict[str, Any] = {"outputs": outputs, "show_progress": "hidden", "api_visibility": "private"}
        gr.on([question.submit, send.click], ask, inputs, trigger_mode="once", **shared)
        for button in example_buttons:
            button.click(ask, [button, *inputs[1:]], **shared)
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        language.change(
            speak,
            [language, talk],
            [brand, notice, conversation, panel, question, as_of, room, clear, send],
            **quiet,
        )
        clear.click(start_over, [language], [conversation, panel, talk, examples], **quiet)
    return page


def _converse(desk: Desk, talk: Talk, text: str, day: str, workspace: str) -> Iterator[None]:
    """Ask, and add what comes to the talk; yields whenever there is more to show."""
    room = workspace.strip() or "default"
    history = history_of(talk.exchanges)
    exchange = Exchange(question=text.strip())
    talk.exchanges.append(exchange)
    talk.opened.append([])
    yield
    try:
        as_of: date | None = read_date(day) if day and day.strip() else None
        for piece in desk.stream(room, exchange.question, history, as_of):
            if isinstance(piece, Answer):
                talk.opened[-1] = _open(desk, room, piece)
                exchange.matrix = _compare(desk, room, piece)
                exchange.answer = piece
            else:
                exchange.statements.append(piece)
            yield
    except (KangbianError, ValueError) as error:
        exchange.error = str(error)


def _open(desk: Desk, workspace: str, answer: Answer) -> list[Shown]:
    return desk.call(
        workspace,
        lambda assistant: open_sources(answer, lambda key: assistant.lookup(key, as_of=answer.as_of)),
    )


def _compare(desk: Desk, workspace: str, answer: Answer) -> Matrix | None:
    """The facts of the question against the nearest cases, where it was answered with defences."""
    if answer.kind is not AnswerKind.DEFENSE:
        return None
    return desk.call(workspace, lambda assistant: fact_matrix(assistant.analyse(answer.question, answer.as_of)))


def _brand(words: Wording) -> str:
    return (
        '<div class="kb-brand"><div class="kb-seal">抗辩</div><div><h1>抗辩<small>Kangbian</small></h1>'
        f"<p>{plain(words.tagline)}</p></div></div>"
    )


def _notice(words: Wording) -> str:
    return f'<p class="kb-notice">{plain(words.notice)}</p>'
