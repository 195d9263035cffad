import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { readCaFile } from '../../../src/core/ca-file.ts'
import { type CoreRequest, CoreTransport } from '../../../src/core/transport.ts'
import { type Authority, makeAuthority } from '../../fixtures/certificates.ts'
import { startCoreDouble } from '../../fixtures/core-double.ts'
import { PAIRS_KEY } from '../../fixtures/core-fixtures.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { containing, matching, secretKey } from './parts.ts'

const config: CoreRequest = {
  step: 'read settings',
  method: 'GET',
  path: '/api/terminal/v1/terminal/config/',
  auth: { kind: 'key', key: secretKey(PAIRS_KEY) },
}

let authority: Authority
beforeAll(async () => {
  authority = await makeAuthority()
})
afterAll(() => authority[Symbol.asyncDispose]())

/** What comes of a request to a core with a certificate for `names`. */
async function ask(names: string, { days = 2, knows = true } = {}): Promise<number> {
  await using core = await startCoreDouble({ tls: await authority.issue(names, days) })
  core.state.addTerminal('b', PAIRS_KEY)
  const ca = knows ? await readCaFile(authority.file) : undefined
  using transport = new CoreTransport({ address: core.url, clock: systemClock, ca })
  return (await transport.send(config)).status
}

test('a core with a certificate of a private authority is trusted by CORE_CA_FILE', async () => {
  expect(await ask('IP:127.0.0.1')).toBe(200)
})

test('without CORE_CA_FILE it is not, and that setting is named', async () => {
  await expect(ask('IP:127.0.0.1', { knows: false })).rejects.toMatchObject({
    kind: 'unavailable',
    message: matching(/authority that is not known here .*CORE_CA_FILE/),
  })
})

test('a certificate for other names is refused with the names it has', async () => {
  await expect(ask('DNS:core.example.com,DNS:jms.example.com')).rejects.toMatchObject({
    kind: 'unavailable',
    message: matching(
      /not for 127\.0\.0\.1 but for .*core\.example\.com.*jms\.example\.com.*: set CORE_HOST/,
    ),
  })
})

test('a certificate for another address is refused with the address it has', async () => {
  await expect(ask('IP:10.0.0.1')).rejects.toMatchObject({
    message: matching(/not for 127\.0\.0\.1 but for 10\.0\.0\.1: /),
  })
})

test("an expired certificate is refused, with today's date by our clock", async () => {
  await expect(ask('IP:127.0.0.1', { days: -1 })).rejects.toMatchObject({
    kind: 'unavailable',
    message: matching(/has expired \(today is \d{4}-\d\d-\d\d .*renew it/),
  })
})

test('https to a port that speaks http says so', async () => {
  await using core = await startCoreDouble()
  using transport = new CoreTransport({ address: core.url.replace('http:', 'https:'), clock: systemClock })
  await expect(transport.send(config)).rejects.toMatchObject({ message: containing('no TLS is spoken') })
})

test.each([
  ['no certificate', 'nothing', /no certificate in PEM form/],
  [
    'a damaged one',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    /certificate 1 of .* damaged/,
  ],
])('a CORE_CA_FILE with %s is refused by name', async (_what, text, message) => {
  await using home = await temporaryDirectory()
  const file = join(home.path, 'ca.pem')
  await writeFile(file, text)
  await expect(readCaFile(file)).rejects.toMatchObject({ code: 'CORE_CA_FILE', message: matching(message) })
})

test('a CORE_CA_FILE that is not there is refused by name', async () => {
  await expect(readCaFile('/nowhere/ca.pem')).rejects.toMatchObject({
    code: 'CORE_CA_FILE',
    message: containing('/nowhere/ca.pem cannot be read'),
  })
})
