// A console on Node's own line editor, as mongosh is.
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const lines = createInterface({
  input: process.stdin,
  output: process.stdout,
  prompt: 'test> ',
  terminal: true,
})
let open = ''
lines.prompt()
lines.on('line', (line) => {
  if (line.trim() !== '') appendFileSync(process.env.COCOD_TRUTH, `\x1e-\t${line}\n`)
  if (line.trim() === 'exit') return lines.close()
  open += line
  const depth = (open.match(/[({]/g) ?? []).length - (open.match(/[)}]/g) ?? []).length
  if (depth <= 0) {
    if (open.trim() !== '') console.log("{ acknowledged: true, insertedIds: { '0': 1 } }")
    open = ''
  }
  lines.setPrompt(open === '' ? 'test> ' : '... ')
  lines.prompt()
})
lines.on('SIGINT', () => {
  open = ''
  console.log()
  lines.setPrompt('test> ')
  lines.prompt()
})
