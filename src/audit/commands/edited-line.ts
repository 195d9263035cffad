import type { EditedLine } from '../command-detector.ts'
import type { LineReader } from './line-reader.ts'
import type { Prompts } from './prompts.ts'
import { standsAmong } from './reading.ts'
import type { Place, Screen } from './screen.ts'
import type { TypedLine } from './typed-line.ts'

export interface Editing {
  readonly line: TypedLine
  readonly anchor: Place | undefined
  /** Undefined for a shell that has never said whether its line editor is active. */
  readonly editor: boolean | undefined
}

export interface Sight {
  readonly screen: Screen
  readonly prompts: Prompts
  readonly reader: LineReader
}

/** What stands on the line that is being edited: all that it may be, before it is sent off. */
export function lookAt({ screen, prompts, reader }: Sight, { line, anchor, editor }: Editing): EditedLine {
  const { text: whole, last } = screen.logical(screen.row)
  const read = (ghosts: boolean): string | undefined => anchor && reader.atAnchor(anchor, last, ghosts)
  const known = prompts.strip(whole) ?? prompts.strip(`${whole} `)
  const shown = read(true) ?? known?.text
  const sure = line.sureIn(editor ?? false)
  const typed = line.text
  const plain = read(false)
  const texts = [plain, shown, known?.text].filter((text) => text !== undefined)
  const seen = [...texts, whole].some((text) => standsAmong(typed, text))
  // Nothing was typed and no prompt is known: what stands there is the prompt.
  const rest = line.untouched || texts.length > 0 || (sure && seen) ? [] : [whole]
  return {
    editor,
    alternate: false,
    typed,
    sure,
    echoed: typed.trim() === '' || seen,
    exact: sure && [plain, shown].some((text) => text !== undefined && bare(text) === bare(typed)),
    texts: [...new Set([...texts, ...rest])],
    row: whole,
    before: screen.before(screen.row, screen.column),
  }
}

const bare = (text: string): string => text.replaceAll(/\s/g, '')
