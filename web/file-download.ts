import { h } from './dom.ts'
import { type FileEntry, FileTrouble } from './file-client.ts'
import { text } from './texts.ts'

/** What is held in the page until it is whole, so that its progress is seen and its failure is a sentence. */
export const LARGEST_HELD = 64 * 2 ** 20

/** Fetches a file and hands it to the browser to be kept. */
export async function fetchFile(
  { address, entry }: { address: string; entry: FileEntry },
  onProgress: (bytes: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(address, { signal })
  if (!response.ok || !response.body) throw new FileTrouble((await response.text()).trim() || text('away'))
  const total = Number(response.headers.get('content-length') ?? entry.size)
  const pieces: Array<Uint8Array<ArrayBuffer>> = []
  let bytes = 0
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    pieces.push(value)
    bytes += value.length
    onProgress(bytes, total)
  }
  const kept = URL.createObjectURL(new Blob(pieces, { type: 'application/octet-stream' }))
  h('a', { href: kept, download: entry.name }).click()
  // The browser has it once the click is handled.
  setTimeout(() => URL.revokeObjectURL(kept), 60_000)
}
