"""The page: a conversation in Chinese or English, and beside it the passages that it rests on."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

# Gradio reads it when it is imported; without it a launch calls home.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr

from interfaces.check_report import STYLE
from interfaces.conversation import Exchange, history_of, show_conversation
from interfaces.dates import read_date
from interfaces.desk import Desk
from interfaces.drafting import check_draft
from interfaces.markup import plain
from interfaces.sources import Shown, open_sources, show_sources
from interfaces.wording import EXAMPLES, LANGUAGES, ZH, Wording
from rag import Answer, AnswerKind, KangbianError, Matrix, Sent, fact_matrix

_STATIC = Path(__file__).parent / "static"
CSS = [_STATIC / "page.css", STYLE]
_FORGET_SECONDS = 3600
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


def build_page(desk: Desk, workspace: str, model_host: str | None = None) -> gr.Blocks:
    """The Blocks of the page, talking to `desk`; `workspace` is the one it opens with.

    `model_host` is where questions are sent when a language model is set: the page says so.
    """
    page: gr.Blocks = gr.Blocks(
        title="抗辩 · AIGC 著作权纠纷检索",
        fill_width=True,
        analytics_enabled=False,
        # Drafts that were uploaded and reports that were made are forgotten after an hour.
        delete_cache=(_FORGET_SECONDS, _FORGET_SECONDS),
    )
    with page:
        talk = gr.State(Talk())
        with gr.Row(elem_id="kb-head"):
            brand = gr.HTML(_brand(ZH), apply_default_css=False)
            mode = gr.Radio(_modes(ZH), value=0, show_label=False, container=False, elem_id="kb-mode", min_width=0)
            language = gr.Radio(
                list(LANGUAGES), value="中文", show_label=False, container=False, elem_id="kb-language", min_width=0
            )
        with gr.Row(elem_id="kb-check", visible=False) as drafts:
            with gr.Column(scale=2, elem_id="kb-draft", min_width=320):
                pasted = gr.Textbox(
                    placeholder=ZH.check_paste,
                    show_label=False,
                    container=False,
                    lines=14,
                    max_lines=24,
                    elem_id="kb-pasted",
                )
                chosen = gr.File(
                    label=ZH.check_file, file_types=[".docx", ".pdf", ".md", ".txt"], type="filepath", height=110
                )
                with gr.Row():
                    check_day = gr.Textbox(label=ZH.as_of, placeholder=ZH.as_of_info, max_lines=1, min_width=120)
                    run = gr.Button(ZH.check_run, variant="primary", elem_id="kb-check-run", min_width=0)
                files = gr.File(label=ZH.check_files, file_count="multiple", visible=False, interactive=False)
            with gr.Column(scale=3, elem_id="kb-report-pane", min_width=320):
                report = gr.HTML("", elem_id="kb-report", apply_default_css=False)
        with gr.Row(elem_id="kb-main") as questions:
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
                notice = gr.HTML(_notice(ZH, model_host), elem_id="kb-notice", apply_default_css=False)
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
                _notice(words, model_host),
                *held.render(words),
                gr.update(choices=_modes(words)),
                gr.update(placeholder=words.check_paste),
                gr.update(label=words.check_file),
                gr.update(label=words.as_of, placeholder=words.as_of_info),
                gr.update(value=words.check_run),
                gr.update(label=words.check_files),
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
            [
                *(brand, notice, conversation, panel, mode, pasted, chosen, check_day, run, files),
                *(question, as_of, room, clear, send),
            ],
            **quiet,
        )

        def check(text: str, file: str | None, day: str, name: str, spoken: str) -> tuple[str, Any]:
            shown, made = check_draft(desk, text, file, day or "", name, LANGUAGES[spoken])
            return shown, gr.update(value=made or None, visible=bool(made))

        def turn(which: int) -> tuple[Any, Any]:
            return gr.update(visible=which == 0), gr.update(visible=which == 1)

        mode.change(turn, [mode], [questions, drafts], **quiet)
        run.click(
            check,
            [pasted, chosen, check_day, room, language],
            [report, files],
            trigger_mode="once",
            show_progress="minimal",
            api_visibility="private",
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
                exchange.sent = _sent(desk, room, piece.id)
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


def _sent(desk: Desk, workspace: str, answer_id: str) -> list[Sent]:
    return desk.call(workspace, lambda assistant: assistant.sent(answer_id))


def _brand(words: Wording) -> str:
    return (
        '<div class="kb-brand"><div class="kb-seal">抗辩</div><div><h1>抗辩<small>Kangbian</small></h1>'
        f"<p>{plain(words.tagline)}</p></div></div>"
    )


def _notice(words: Wording, model_host: str | None) -> str:
    said = words.notice_sent.format(host=model_host) if model_host else words.notice
    return f'<p class="kb-notice">{plain(said)}</p>'


def _modes(words: Wording) -> list[tuple[str, int]]:
    return [(name, number) for number, name in enumerate(words.modes)]
