import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import { startWebDoor } from '../../fixtures/web-door.ts'

const program = join(import.meta.dirname, '../../../scripts/healthcheck.mjs')
let scope = new Scope()
afterEach(async () => {
  await scope.close()
  scope = new Scope()
})

const check = (port: number, host = '127.0.0.1'): Promise<number> =>
  new Promise((resolve) => {
    const env = { BIND_HOST: host, HTTPD_PORT: String(port) }
    const child = execFile(process.execPath, [program], { env }, () => resolve(child.exitCode ?? -1))
  })

const web = (wrong: string | undefined): Promise<number> => startWebDoor(scope, { health: () => wrong })

test('the check of the Docker image passes while all is well', async () => {
  expect(await check(await web(undefined))).toBe(0)
  expect(await check(await web(undefined), '0.0.0.0')).toBe(0)
})

test('it fails while the daemon waits for core', async () => {
  expect(await check(await web('http://core:8080: no answer yet'))).toBe(1)
})

test('it fails where nothing listens', async () => {
  const server: Server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address: AddressInfo | string | null = server.address()
  server.close()
  expect(await check(typeof address === 'object' ? (address?.port ?? 0) : 0)).toBe(1)
})
