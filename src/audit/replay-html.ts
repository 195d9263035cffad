import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { asciicast } from './asciicast.ts'
import type { Frame } from './frames.ts'
import type { ReplayHead } from './replay-file.ts'

/** What the page says of a session. */
export interface ReplayTitle {
  readonly title: string
  /** Commands in the order of their marks, for the list beside the player. */
  readonly commands: ReadonlyArray<{ readonly seconds: number; readonly input: string }>
}

const file = (name: string): Promise<string> =>
  readFile(fileURLToPath(import.meta.resolve(`asciinema-player/dist/bundle/${name}`)), 'utf8')

/**
 * One HTML file with a player, the recording and its commands in it: it needs no network and no other file. The
 * recording travels as base64 in a block that is no script, so that nothing in it can become one; a policy in the page
 * forbids every connection.
 */
export async function* htmlPage(
  head: ReplayHead,
  frames: AsyncIterable<Frame>,
  { title, commands }: ReplayTitle,
): AsyncGenerator<string> {
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escaped(title)}</title>
<style>${await file('asciinema-player.css')}${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<main><div id="player"></div><nav><ol>
${commands.map(item).join('\n')}
</ol></nav></main>
<template id="recording">`
  yield* base64(asciicast(head, frames))
  yield `</template>
<script>${await file('asciinema-player.min.js')}</script>
<script>${SCRIPT}</script>
</body>
</html>
`
}

const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; font-src data:; img-src data:; worker-src blob:; connect-src data:"

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 1rem }
h1 { font-size: 1.1rem }
main { display: flex; gap: 1rem; flex-wrap: wrap; align-items: flex-start }
#player { flex: 3 1 40rem; min-width: 0 }
nav { flex: 1 1 16rem; max-height: 85vh; overflow: auto }
nav button { all: unset; cursor: pointer; font: 13px/1.6 ui-monospace, monospace; overflow-wrap: anywhere }
nav button:hover, nav button:focus-visible { text-decoration: underline }
`

const SCRIPT = `
const text = document.getElementById('recording').content.textContent
const bytes = Uint8Array.from(atob(text.replace(/\\s/g, '')), (c) => c.charCodeAt(0))
const player = AsciinemaPlayer.create(
  { data: new TextDecoder().decode(bytes) },
  document.getElementById('player'),
  { idleTimeLimit: 2, fit: 'width' },
)
for (const button of document.querySelectorAll('nav button'))
  button.addEventListener('click', () => player.seek(Number(button.dataset.at)).then(() => player.play()))
`

const item = ({ seconds, input }: ReplayTitle['commands'][number]): string =>
  `<li><button data-at="${Math.max(0, seconds - 1).toFixed(2)}">${escaped(input)}</button></li>`

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)

/** A multiple of three bytes becomes text without padding. */
const GROUP = 3 * 16 * 1024

async function* base64(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const text of texts) {
    rest = Buffer.concat([rest, Buffer.from(text)])
    if (rest.length < GROUP) continue
    const whole = rest.length - (rest.length % 3)
    yield `${rest.toString('base64', 0, whole)}\n`
    rest = rest.subarray(whole)
  }
  yield rest.toString('base64')
}
