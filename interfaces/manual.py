"""/docs: the REST interface on one page, written from its own schema. Nothing is loaded from elsewhere."""

import json
from html import escape
from typing import Any

_PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>抗辩 REST 接口</title>
<style>
:root {{ color-scheme: light dark; --ink: #22262b; --soft: #6a6f76; --paper: #faf8f4; --card: #fff; --line: #e3ddd1;
  --seal: #a3342c; --code: #f4f0e7; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e6e2d9; --soft: #a09a8e; --paper: #16181b; --card: #1d2024;
  --line: #33373c; --seal: #e08a7e; --code: #24282d; }} }}
body {{ margin: 0; background: var(--paper); color: var(--ink); line-height: 1.65;
  font-family: "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif; }}
main {{ max-width: 52rem; margin: 0 auto; padding: 3rem 1.5rem; }}
h1 {{ font-family: "Songti SC", "Noto Serif CJK SC", SimSun, serif; font-size: 1.7rem; margin: 0 0 .3rem; }}
a {{ color: var(--seal); }}
section {{ background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.4rem;
  margin: 1.2rem 0; }}
h2 {{ font-size: 1.05rem; margin: 0; }}
h2 code {{ background: none; padding: 0; }}
.method {{ color: var(--seal); font-weight: 700; margin-right: .5rem; }}
.soft {{ color: var(--soft); margin: .2rem 0 .8rem; }}
code, pre, textarea {{ font-family: ui-monospace, "SF Mono", Consolas, monospace; font-size: .86rem; }}
pre, textarea {{ background: var(--code); color: inherit; border: 1px solid var(--line); border-radius: 8px;
  padding: .7rem .9rem; overflow: auto; white-space: pre-wrap; max-height: 24rem; margin: .4rem 0; }}
textarea {{ width: 100%; box-sizing: border-box; min-height: 4.5rem; resize: vertical; }}
table {{ border-collapse: collapse; width: 100%; font-size: .9rem; margin: .4rem 0 .8rem; }}
td {{ border-top: 1px solid var(--line); padding: .35rem .6rem .35rem 0; vertical-align: top; }}
button {{ background: var(--seal); color: var(--card); border: 0; border-radius: 8px; padding: .45rem 1.1rem;
  font: inherit; cursor: pointer; }}
</style>
<main>
<h1>抗辩 REST 接口</h1>
<p class="soft">版本 {version}。请求与回应都是 JSON；机器可读的描述见 <a href="/openapi.json">/openapi.json</a>，<a href="/">返回网页</a>。
出错时回应 <code>{{"error": {{"code", "message"}}}}</code>：422 输入不可用，404 未找到，409 索引需要重建，503 暂不可用。</p>
{sections}
</main>
<script>
document.addEventListener("click", async (event) => {{
  const button = event.target.closest("button");
  if (!button) return;
  const section = button.closest("section"), out = section.querySelector("pre");
  out.hidden = false;
  out.textContent = "…";
  try {{
    const reply = await fetch(button.dataset.path, {{method: "POST", headers: {{"Content-Type": "application/json"}},
      body: section.querySelector("textarea").value}});
    out.textContent = JSON.stringify(await reply.json(), null, 2);
  }} catch (error) {{ out.textContent = String(error); }}
}});
</script>
</html>
"""

_SECTION = """<section>
<h2><span class="method">POST</span><code>{path}</code>　{summary}</h2>
<p class="soft">{description}</p>
<table>{fields}</table>
<textarea spellcheck="false" aria-label="请求体">{example}</textarea>
<button type="button" data-path="{path}">发送</button>
<pre hidden></pre>
</section>
"""


def write_manual(schema: dict[str, Any]) -> str:
    """The page for an OpenAPI schema: each POST route with its fields, an example and a button that sends it."""
    models = schema["components"]["schemas"]
    sections = []
    for path, methods in schema["paths"].items():
        route = methods["post"]
        body = models[route["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]]
        sections.append(
            _SECTION.format(
                path=escape(path),
                summary=escape(route["summary"]),
                description=escape(route["description"]),
                fields="".join(
                    _field(name, spec, name in body.get("required", ())) for name, spec in body["properties"].items()
                ),
                example=escape(json.dumps(body["examples"][0], ensure_ascii=False, indent=2)),
            )
        )
    return _PAGE.format(version=escape(schema["info"]["version"]), sections="".join(sections))


def _field(name: str, spec: dict[str, Any], required: bool) -> str:
    kinds = [option.get("type", "") for option in spec.get("anyOf", [spec])]
    kind = " | ".join(kind for kind in kinds if kind and kind != "null")
    note = "必填" if required else spec.get("description", "")
    return f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(note)}</td></tr>"
