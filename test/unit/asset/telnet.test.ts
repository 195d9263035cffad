import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AssetConnection } from '../../../src/asset/connection.ts'
import { type Connector, makeConnector } from '../../fixtures/asset-connector.ts'
import { Screen } from '../../fixtures/screen.ts'
import { isRoot, makeAccount } from '../../fixtures/system-account.ts'
import { startTelnetd, TELNET_LOGIN, TELNET_PROGRAM, type Telnetd } from '../../fixtures/telnetd.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const PTY = { term: 'xterm-256color', modes: {}, size: { columns: 91, rows: 31 } }

let telnetd: Telnetd
let connector: Connector
beforeAll(async () => {
  telnetd = await startTelnetd()
  connector = await makeConnector()
})
afterAll(async () => {
  await connector[Symbol.asyncDispose]()
  await telnetd[Symbol.asyncDispose]()
})

function login(options: Parameters<Connector['connect']>[1] = {}, password = TELNET_LOGIN.password) {
  const { port } = telnetd
  const asset = { protocols: [{ name: 'telnet', port }] }
  return connector.connect(
    { port, user: TELNET_LOGIN.account, password, protocol: 'telnet', asset, pty: PTY },
    options,
  )
}

async function shellOn(connection: AssetConnection) {
  const channel = await connection.shell(PTY)
  const screen = new Screen(PTY.size)
  const bytes: Buffer[] = []
  channel.output.on('data', (chunk: Buffer) => {
    bytes.push(chunk)
    screen.write(chunk)
  })
  channel.output.resume()
  return {
    channel,
    screen,
    bytes: () => Buffer.concat(bytes),
    type: (text: string) => channel.input.write(text),
  }
}

test('logs in to a real telnetd, with size, terminal type, UTF-8 and a live resize', async () => {
  await using connection = await login()
  expect(connection.account).toBe(TELNET_LOGIN.account)
  const { channel, screen, type, bytes } = await shellOn(connection)
  expect(await screen.until(/box\$$/m)).toContain('Welcome to the test machine')
  type('stty size; echo $TERM; printf "%s\\n" 世界😀\r')
  await screen.until(/^31 91\nxterm-256color\n世界😀/m)
  channel.resize({ columns: 101, rows: 35 })
  screen.resize({ columns: 101, rows: 35 })
  type('clear; stty size\r')
  await screen.until(/^35 101/m)
  type('exit\r')
  expect(await channel.closed).toEqual({ kind: 'status', code: 0 })
  expect(bytes().includes(TELNET_LOGIN.password)).toBe(false)
})

test('every byte goes both ways unchanged, 255 and CR among them', async () => {
  await using connection = await login()
  const { screen, type, bytes, channel } = await shellOn(connection)
  await screen.until(/box\$$/m)
  type("stty raw -echo; printf 're''ady.'; head -c 4096 | od -An -v -tx1 | tr -d ' \\n'; printf '.do''ne'\r")
  await screen.until(/ready\./)
  const every = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7 + (at >> 8)) & 0xff))
  channel.input.write(every)
  await screen.until(/\.done/)
  expect(bytes().includes(`ready.${every.toString('hex')}.done`)).toBe(true)
  type(
    `perl -e 'binmode STDOUT; print "<<", map({chr} 0..255), "\\xff" x 9, "\\r\\0\\r\\n", ">>"'; printf eno''ugh\r\n`,
  )
  await screen.until(/enough/)
  const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value))
  const sent = Buffer.concat([Buffer.from('<<'), all, Buffer.alloc(9, 0xff), Buffer.from('\r\0\r\n>>')])
  expect(bytes().includes(sent)).toBe(true)
})

test('a wrong password is a failure that says so, and is sent once', async () => {
  await expect(login({}, 'wrong')).rejects.toMatchObject({ code: 'ASSET_AUTH' })
})

test('enable after the login: its secret is neither shown nor left to the person', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'enable')
  await writeFile(file, `${TELNET_LOGIN.enable}\n`)
  await using connection = await login({ become: 'enable', become_password_file: file })
  const { screen, bytes } = await shellOn(connection)
  await screen.until(/box#$/m)
  expect(bytes().includes(TELNET_LOGIN.enable)).toBe(false)
})

test('core’s TERMINAL_TELNET_REGEX says what a login that worked looks like', async () => {
  await using odd = await startTelnetd(TELNET_PROGRAM.replace("PS1='box$ '", "PS1='all yours | '"))
  await using other = await makeConnector()
  const asset = { protocols: [{ name: 'telnet', port: odd.port }] }
  const { account: user, password } = TELNET_LOGIN
  const request = { port: odd.port, user, password, protocol: 'telnet', asset, pty: PTY }
  await using _in = await other.connect(request, { telnetRegex: 'all yours' })
  expect(other.progress).toContainEqual({ kind: 'logged-in', method: 'password' })
  await using _unsure = await other.connect(request, { telnetRegex: 'something else' })
  expect(other.progress).toContainEqual({ kind: 'by-hand' })
})

test.runIf(isRoot)(
  'su after the login asks for a password of its own, which is neither shown nor sent twice',
  async () => {
    await using directory = await temporaryDirectory()
    const { facts, remove } = makeAccount(directory.path)
    try {
      // The shell of nobody, whom su asks for a password.
      const shell = TELNET_PROGRAM.replace(
        'exec bash',
        'exec setpriv --reuid=65534 --regid=65534 --clear-groups bash',
      )
      await using box = await startTelnetd(shell)
      const file = join(directory.path, 'secret')
      await writeFile(file, `${facts.password}\n`)
      const asset = { protocols: [{ name: 'telnet', port: box.port }] }
      const { account: user, password } = TELNET_LOGIN
      await using connection = await connector.connect(
        { port: box.port, user, password, protocol: 'telnet', asset, pty: PTY },
        { become: `su ${facts.user}`, become_password_file: file },
      )
      const { screen, bytes, type } = await shellOn(connection)
      type('echo "I am $(id -un)"\r')
      await screen.until(new RegExp(`^I am ${facts.user}$`, 'm'))
      expect(bytes().includes(facts.password ?? '')).toBe(false)
    } finally {
      remove()
    }
  },
)

test('a secret file that cannot be read is told, and nothing is dialled', async () => {
  await expect(login({ become: 'enable', become_password_file: '/nowhere/x' })).rejects.toMatchObject({
    code: 'ASSET_BECOME',
  })
})

test('without a stored password the person logs in by hand, at the machine’s own prompts', async () => {
  const { port } = telnetd
  const asset = { protocols: [{ name: 'telnet', port }] }
  await using connection = await connector.connect({
    port,
    user: 'operator',
    protocol: 'telnet',
    asset,
    pty: PTY,
  })
  expect(connector.progress).toContainEqual({ kind: 'by-hand' })
  const { screen, type } = await shellOn(connection)
  await screen.until(/login: operator\s+Password:/)
  type(`${TELNET_LOGIN.password}\r`)
  await screen.until(/box\$$/m)
})

test('a command is refused with a sentence: telnet has none', async () => {
  await using connection = await login()
  await expect(connection.exec('uptime', undefined)).rejects.toMatchObject({ code: 'ASSET_TELNET_SHELL' })
  await expect(connection.subsystem('sftp')).rejects.toMatchObject({ code: 'ASSET_TELNET_SHELL' })
})
