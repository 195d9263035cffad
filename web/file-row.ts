import { h } from './dom.ts'
import type { FileEntry } from './file-client.ts'
import { language, text } from './texts.ts'
import { sizeText } from './transfers.ts'

const time = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-CA', {
  dateStyle: 'short',
  timeStyle: 'short',
})

/** One name in a directory. */
export class FileRow {
  readonly entry: FileEntry
  readonly element: HTMLElement

  constructor(entry: FileEntry, onSelect: (row: FileRow, more: boolean) => void, onEnter: () => void) {
    this.entry = entry
    const isDirectory = entry.mime === 'directory'
    const facts = isDirectory ? '' : sizeText(entry.size)
    this.element = h(
      'div',
      { class: 'file-row', role: 'option', tabindex: '0', 'aria-selected': 'false', title: entry.name },
      h('span', { class: 'sign', 'aria-hidden': 'true' }, isDirectory ? '▸' : ''),
      h('span', { class: 'name' }, entry.name),
      isDirectory && h('span', { class: 'said-only' }, ` (${text('folder')})`),
      h('small', {}, facts),
      h('small', {}, entry.ts > 0 ? time.format(entry.ts * 1000) : ''),
    )
    this.element.addEventListener('click', (event) =>
      onSelect(this, event.ctrlKey || event.metaKey || isTouch(event)),
    )
    this.element.addEventListener('dblclick', onEnter)
  }

  get selected(): boolean {
    return this.element.getAttribute('aria-selected') === 'true'
  }

  set selected(selected: boolean) {
    this.element.setAttribute('aria-selected', String(selected))
  }
}

/** A finger has no Ctrl. */
const isTouch = (event: MouseEvent): boolean => event instanceof PointerEvent && event.pointerType === 'touch'
