import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { warnOfPlainHttp } from '../../../src/core/plain-http.ts'
import { createLog } from '../../../src/log.ts'

test.each([
  ['http://core.example.com:8080', 1],
  ['http://10.0.0.5', 1],
  ['http://127.example.com', 1],
  ['https://core.example.com', 0],
  ['http://127.0.0.1:8080', 0],
  ['http://[::1]:8080', 0],
  ['http://localhost:8080', 0],
])('%s is warned of %i times', (address, count) => {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  warnOfPlainHttp(address, createLog({ level: 'info', destination }))
  expect(lines.filter((line) => line.includes('plain HTTP to core'))).toHaveLength(count)
})
