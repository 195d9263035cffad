/** Lists whose items are read one by one, wherever core puts them: a page's, and a node's assets. */
const LIST_BEGINS = /(?<!\\)"(results|assets_granted)"\s*:\s*$/
const TAIL = 64
/** One item, or what is around the list. More would block as long as a whole list does. */
const MOST_CHARACTERS = 1024 * 1024

const QUOTE = 34
const COMMA = 44
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** A value of which the text is being gathered; lists inside that are read by items are left as `[]` in it. */
class Value {
  text = ''
  depth = 0
  list: { readonly name: string; readonly items: unknown[] } | undefined
  readonly lists: Array<{ readonly name: string; readonly items: unknown[] }> = []

  add(text: string): void {
    this.text += text
    if (this.text.length > MOST_CHARACTERS) throw new SyntaxError('one item is longer than 1 MB')
  }

  get isBlank(): boolean {
    return this.text.trim() === ''
  }

  /** Throws SyntaxError where it is no JSON. */
  parse(): unknown {
    const value: unknown = JSON.parse(this.text)
    if (typeof value === 'object' && value !== null)
      for (const { name, items } of this.lists) Object.assign(value, { [name]: items })
    return value
  }
}

/**
 * Parses a JSON text that comes in pieces, item by item, so that no step takes longer than one piece: `JSON.parse` of
 * 50,000 assets blocks for a third of a second. Items of the outermost array, of `results` and of `assets_granted` are
 * given to `each` as they are complete, and its answers stand in their place. Any other JSON is parsed at the end.
 */
export class ListReader {
  readonly #each: (item: unknown, list: string) => unknown
  readonly #root = new Value()
  /** The innermost last. */
  readonly #open: Value[] = [this.#root]
  #value = this.#root
  #inString = false
  #escaped = false

  constructor(each: (item: unknown, list: string) => unknown) {
    this.#each = each
  }

  /** Throws SyntaxError. */
  push(text: string): void {
    let from = 0
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (this.#inString) this.#inside(code)
      else if (code === QUOTE) this.#inString = true
      else if (isMark(code)) {
        this.#value.add(text.slice(from, at))
        from = at + (this.#mark(code) ? 1 : 0)
      }
    }
    this.#value.add(text.slice(from))
  }

  /** The whole value. Throws SyntaxError where the text is not complete. */
  end(): unknown {
    if (this.#open.length > 1) throw new SyntaxError('the list has no end')
    const [outermost] = this.#root.lists
    const value = this.#root.parse()
    return outermost?.name === '' ? outermost.items : value
  }

  #inside(code: number): void {
    if (this.#escaped) this.#escaped = false
    else if (code === BACKSLASH) this.#escaped = true
    else if (code === QUOTE) this.#inString = false
  }

  /** True: the character is dealt with. False: it belongs to the text of the value. */
  #mark(code: number): boolean {
    const isItem = this.#open.length > 1
    if (code === OPEN_LIST) return this.#beginList()
    if (this.#value.depth === 0 && isItem && code === COMMA) return this.#endItem()
    if (this.#value.depth === 0 && isItem && code === CLOSE_LIST) return this.#endList()
    if (code === OPEN_OBJECT) this.#value.depth += 1
    if (code === CLOSE_LIST || code === CLOSE_OBJECT) this.#value.depth -= 1
    if (this.#value.depth < 0) throw new SyntaxError('a bracket too many')
    return false
  }

  #beginList(): boolean {
    const value = this.#value
    const name = this.#listName()
    if (name === undefined) {
      value.depth += 1
      return false
    }
    value.add('[')
    value.list = { name, items: [] }
    this.#value = new Value()
    this.#open.push(this.#value)
    return true
  }

  /** The name of the list that begins here, `` for the outermost; undefined where it is none to be read by items. */
  #listName(): string | undefined {
    const { depth, text } = this.#value
    if (depth === 0) return this.#value === this.#root && this.#value.isBlank ? '' : undefined
    return depth === 1 ? LIST_BEGINS.exec(text.slice(-TAIL))?.[1] : undefined
  }

  #endItem(): boolean {
    const list = this.#open.at(-2)?.list
    list?.items.push(this.#each(this.#value.parse(), list.name))
    this.#value = new Value()
    this.#open[this.#open.length - 1] = this.#value
    return true
  }

  #endList(): boolean {
    const around = this.#open.at(-2) ?? this.#root
    const isEmpty = this.#value.isBlank && around.list?.items.length === 0
    if (!isEmpty) this.#endItem()
    this.#open.pop()
    this.#value = around
    if (around.list) around.lists.push(around.list)
    around.list = undefined
    around.add(']')
    return true
  }
}

const isMark = (code: number): boolean =>
  code === COMMA || code === OPEN_LIST || code === CLOSE_LIST || code === OPEN_OBJECT || code === CLOSE_OBJECT
