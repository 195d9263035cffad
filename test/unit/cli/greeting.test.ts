import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { type GreetingFacts, greeting } from '../../../src/cli/greeting.ts'
import { PLAIN } from '../../../src/terminal/ansi.ts'
import { textWidth } from '../../../src/terminal/width.ts'

const fingerprint = `SHA256:${'x'.repeat(43)}`
const demo = {
  user: 'demo',
  // As long as the longest one there is.
  password: new Secret('careful-hummingbird-0000-buckwheat-lighthouse'),
  assets: 'this-machine (a shell here as root)',
  host: { address: '127.0.0.1', port: 1, hostKey: '', fingerprint },
}

const facts = (more: Partial<GreetingFacts> = {}): GreetingFacts => ({
  version: '0.1.0',
  core: undefined,
  ssh: { host: '127.0.0.1', port: 2222 },
  web: { host: '127.0.0.1', port: 5000 },
  hostKeys: [{ type: 'ssh-ed25519', fingerprint }],
  demo,
  recordings: 'node bin/cocod replay list',
  seconds: 0.42,
  style: PLAIN,
  ...more,
})

test('the first screen of the demo says what to type and fits 80 columns', () => {
  expect(greeting(facts())).toBe(`
  cocod 0.1.0  standalone: no Jumpserver, and nothing here leaves this machine

    log in    ssh -p 2222 demo@127.0.0.1
    password  careful-hummingbird-0000-buckwheat-lighthouse
    asset     this-machine (a shell here as root)
    host key  ${fingerprint}
              known by another key? ssh-keygen -R '[127.0.0.1]:2222'
    web       http://127.0.0.1:5000  (the same login)
    replays   node bin/cocod replay list

  Ready in 0.4 s. Ctrl-C ends everything.

`)
  expect(Math.max(...greeting(facts()).split('\n').map(textWidth))).toBeLessThan(80)
})

test('an address that means everywhere is shown as a name one can type, and as what it is', () => {
  const everywhere = { host: '0.0.0.0', port: 22 }
  const text = greeting(facts({ ssh: everywhere, web: { ...everywhere, port: 80 }, demo: undefined }))
  expect(text).toContain(`ssh -p 22 USER@${hostname()}\n`)
  expect(text).toContain(`http://${hostname()}:80 `)
  expect(text).toContain(`ssh-keygen -R ${hostname()}\n`)
  expect(text).toContain('open to whoever can reach this machine')
  expect(text).not.toContain('0.0.0.0')
  expect(text).not.toContain('password')
})

test('an IPv6 address stands in brackets where it has to', () => {
  const text = greeting(facts({ ssh: { host: '::1', port: 2222 }, web: { host: '::1', port: 5000 } }))
  expect(text).toContain('ssh -p 2222 demo@::1\n')
  expect(text).toContain('http://[::1]:5000 ')
  expect(text).toContain("ssh-keygen -R '[::1]:2222'")
})

test('with a Jumpserver it says which', () => {
  const text = greeting(facts({ core: 'http://core:8080', demo: undefined }))
  expect(text).toContain('cocod 0.1.0  for the Jumpserver at http://core:8080\n')
})
