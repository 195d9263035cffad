import { parentPort } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { PythonRegex } from '../../base/regex/python-regex.ts'

// The thread that `slow-search.ts` starts: a search, its answer, the next search.

const Search = z.object({ pattern: z.string(), text: z.string() })
const known = new LRUCache<string, PythonRegex>({ max: 200 })

function regexOf(pattern: string): PythonRegex {
  const regex = known.get(pattern) ?? new PythonRegex(pattern)
  known.set(pattern, regex)
  return regex
}

parentPort?.on('message', (message: unknown) => {
  const { pattern, text } = Search.parse(message)
  let answer: 'found' | 'missing' | 'failed'
  try {
    answer = regexOf(pattern).searchSlowly(text) ? 'found' : 'missing'
  } catch {
    // Out of stack: the text is too long for this pattern.
    answer = 'failed'
  }
  parentPort?.postMessage(answer)
})
parentPort?.postMessage('ready')
