import { afterEach, expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import { rawSocket } from '../../fixtures/raw-socket.ts'
import { startWebDoor } from '../../fixtures/web-door.ts'

let scope = new Scope()
afterEach(async () => {
  await scope.close()
  scope = new Scope()
})

const web = (wrong?: string): Promise<number> => startWebDoor(scope, { health: () => wrong })

test('/healthz tells whether all is well, and strangers nothing of what is wrong', async () => {
  const port = await web('http://core.internal:8080: no answer yet')
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`)
  expect([answer.status, await answer.text()]).toEqual([503, '{"ok":false}'])
})

test.each([
  ['a path that is no URL', 'GET /%ff%00 HTTP/1.1'],
  ['a path that goes up', 'GET /style.css/../../../etc/passwd HTTP/1.1'],
  ['another host in front', 'GET //other.example/%2f.. HTTP/1.1'],
  ['a method it does not have', 'TRACE /nothing HTTP/1.1'],
])('%s is not found, without a word of what is inside', async (_what, line) => {
  await using raw = await rawSocket(await web())
  raw.socket.write(`${line}\r\nHost: a\r\nConnection: close\r\n\r\n`)
  await raw.closed
  const text = raw.received().toString()
  expect(text).toMatch(/^HTTP\/1\.1 404 /)
  expect(text).not.toMatch(/node_modules|Error|root:/)
})

test('a host name from a stranger cannot script the page', async () => {
  await using raw = await rawSocket(await web())
  raw.socket.write(`GET /coco/ HTTP/1.1\r\nHost: "><script>alert(1)</script>\r\nConnection: close\r\n\r\n`)
  await raw.closed
  const text = raw.received().toString()
  expect(text).toContain('ssh -p 22')
  expect(text).not.toContain('<script>')
  expect(text).toMatch(/^Content-Security-Policy: default-src 'none'/im)
})
