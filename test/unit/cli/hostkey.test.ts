import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HostKeys } from '../../../src/asset/host-keys.ts'
import { hostkey } from '../../../src/cli/hostkey.ts'
import { silentLog } from '../../../src/log.ts'
import { fingerprint, generateHostKey, parsePublicKey } from '../../../src/ssh2/keys.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { collected } from './collected.ts'

const HOST = { host: '10.1.2.12', port: 22 }

async function newKey(type: 'ed25519' | 'ecdsa' = 'ed25519') {
  const line = (await generateHostKey(type)).publicKey
  const blob = parsePublicKey(line).getPublicSSH()
  return { line, blob, print: fingerprint(blob) }
}

async function world() {
  const directory = await temporaryDirectory()
  const path = join(directory.path, 'known_hosts')
  const daemon = await HostKeys.open({ path, log: silentLog() })
  const run = async (...args: string[]) => {
    const [out, err] = [collected(), collected()]
    const io = { stdin: process.stdin, stdout: out.stdout, stderr: err.stdout, env: {}, cwd: directory.path }
    const code = await hostkey([...args, '--data-dir', directory.path], io)
    return { code, out: out.text(), err: err.text() }
  }
  const file = (text: string): string => {
    writeFileSync(join(directory.path, 'import'), text)
    return 'import'
  }
  return { daemon, path, run, file, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}

test('a changed key that was refused is accepted by the asset’s name, and the daemon takes it', async () => {
  await using it = await world()
  const [old, now] = [await newKey(), await newKey('ecdsa')]
  await it.daemon.pin({ host: HOST, name: 'web 02', blob: old.blob })
  await it.daemon.keepRefused({ host: HOST, name: 'web 02', blob: now.blob })
  const listed = await it.run('list')
  expect(listed.out).toMatch(/^10\.1\.2\.12:22 {2}web 02 {2}ssh-ed25519 {2}SHA256:\S+ {2}since 20/)
  expect(listed.out).toContain(`Refused; check one on its machine, then: cocod hostkey accept NAME`)
  expect(listed.out).toContain(now.print)
  await expect(it.run('accept', 'web 02', old.print)).rejects.toThrow(`is ${now.print}, not ${old.print}`)
  expect(await it.run('accept', 'web 02', now.print)).toMatchObject({
    code: 0,
    out: `web 02 (10.1.2.12:22): ${now.print} (ecdsa-sha2-nistp256) is pinned, no longer ${old.print}.\n`,
  })
  await it.daemon.refresh()
  expect(it.daemon.judge(HOST, now.blob)).toEqual({ kind: 'known' })
  expect(it.daemon.judge(HOST, old.blob)).toEqual({ kind: 'changed', known: now.print })
  expect((await it.run('list')).out).not.toContain('Refused')
  await expect(it.run('accept', 'web 02')).rejects.toThrow('no key of web 02 was refused')
})

test.each(['web-02', '10.1.2.12', '10.1.2.12:22', '[10.1.2.12]:22'])(
  'a host is forgotten as %s, and pinned anew at the next connection',
  async (name) => {
    await using it = await world()
    const [old, other] = [await newKey(), await newKey()]
    await it.daemon.pin({ host: HOST, name: 'web-02', blob: old.blob })
    await it.daemon.pin({ host: { ...HOST, port: 2222 }, name: 'another', blob: other.blob })
    if (name !== '10.1.2.12')
      expect((await it.run('forget', name)).out).toContain(`${old.print} (ssh-ed25519) is no`)
    else expect((await it.run('forget', name)).out.split('\n')).toHaveLength(3)
    await it.daemon.refresh()
    expect(it.daemon.judge(HOST, other.blob)).toEqual({ kind: 'new' })
    await expect(it.run('forget', 'nobody')).rejects.toThrow('no key of nobody is pinned')
  },
)

test('a known_hosts file is imported, hashed names too; what is no host is told by line', async () => {
  await using it = await world()
  const [one, two, three] = [await newKey(), await newKey('ecdsa'), await newKey()]
  const hashed = join(it.path, '..', 'hashed')
  writeFileSync(hashed, `secret.example ${three.line}\n[secret.example]:2200 ${three.line}\n`)
  execFileSync('ssh-keygen', ['-H', '-f', hashed], { stdio: 'ignore' })
  const file = it.file(`# mine
web-01,10.0.0.1 ${one.line}
[web-01]:2222 ${two.line}
*.example.com ${one.line}
@cert-authority *.example.com ${one.line}
web-03 ssh-dss AAAAB3NzaC1kc3MAAACBAOw== old
${readFileSync(hashed, 'utf8')}`)
  const run = await it.run('import', file)
  expect(run).toMatchObject({ code: 1, out: '5 added, 0 known already, 3 left out.\n' })
  expect(run.err).toMatch(
    /:4: \*\.example\.com is a pattern, no host\n.*:5: @cert-authority .*\n.*:6: keys of type ssh-dss/,
  )
  await it.daemon.refresh()
  const judge = (host: string, port: number, blob: Buffer) =>
    it.daemon.judge({ host, port }, blob, 'strict').kind
  expect([
    judge('web-01', 22, one.blob),
    judge('10.0.0.1', 22, one.blob),
    judge('web-01', 2222, two.blob),
    judge('secret.example', 22, three.blob),
    judge('Secret.Example', 2200, three.blob),
    judge('secret.example', 22, one.blob),
    judge('other.example', 22, three.blob),
  ]).toEqual(['known', 'known', 'known', 'known', 'known', 'changed', 'unknown'])
  const again = await it.run('import', it.file(`web-01 ${three.line}\n10.0.0.1 ${one.line}\n`))
  expect(again).toMatchObject({ code: 1, out: '0 added, 1 known already, 1 left out.\n' })
  expect(again.err).toContain(':1: another key of web-01:22 is pinned')
})

test('the list says so when there is none, and is JSON for programs', async () => {
  await using it = await world()
  expect((await it.run('list')).out).toBe('No host key is pinned.\n')
  const key = await newKey()
  await it.daemon.pin({ host: HOST, name: 'web-02', blob: key.blob })
  expect(JSON.parse((await it.run('list', '--json')).out)).toMatchObject({
    pinned: [{ host: '10.1.2.12:22', name: 'web-02', fingerprint: key.print }],
    refused: [],
  })
})

test('what is not understood is a fault of usage', async () => {
  await using it = await world()
  for (const words of [['remove', 'x'], ['accept'], ['forget', 'a', 'b'], ['import', 'none']]) {
    await expect(it.run(...words)).rejects.toMatchObject({ code: 'USAGE' })
  }
})
