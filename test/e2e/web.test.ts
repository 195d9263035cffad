import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Bastion, PASSWORD, startBastion } from '../fixtures/bastion.ts'
import { openBrowser } from '../fixtures/browser.ts'
import { startCoreDouble } from '../fixtures/core-double.ts'
import { CLIENT_VERSIONS, LunaClient } from '../fixtures/luna-client.ts'
import { startNginx } from '../fixtures/nginx.ts'

const originOf = async (bastion: Bastion): Promise<string> =>
  `http://127.0.0.1:${(await bastion.daemon.ready()).webPort}`

/** 中文, for printf: a shell in the C locale takes these bytes, typed, for commands of its line editor. */
const CHINESE = String.raw`\344\270\255\346\226\207`

/** What is drawn on a canvas cannot be read as text; without WebGL a terminal is drawn by elements. */
const NO_WEBGL = `{
  const { getContext } = HTMLCanvasElement.prototype
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return /webgl/.test(kind) ? null : getContext.call(this, kind, ...more)
  }
}`

/** What the terminal in front shows. */
const untilShown = (page: Page, text: RegExp): Promise<void> =>
  page.locator('.tab:not([hidden]) .xterm-rows').filter({ hasText: text }).waitFor()

test('in a browser: log in, find the asset, work on it, reload and go on, come to the end', async () => {
  await using bastion = await startBastion()
  await using browser = await openBrowser()
  const { page, troubles } = browser
  await page.addInitScript(NO_WEBGL)
  await page.goto(await originOf(bastion))
  await page.getByLabel('User name').fill('alice')
  await page.getByLabel('Password').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'Not logged in' }).waitFor()
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  // By the keyboard alone from here on.
  const search = page.getByRole('searchbox', { name: /Search name/ })
  await search.waitFor()
  await search.fill('web-0')
  await page.locator('.sidebar .row', { hasText: 'web-01' }).waitFor()
  await page.keyboard.press('Enter')
  await untilShown(page, /[$#]/)
  await page.keyboard.type(`printf 'one-%d ${CHINESE}\\n' $((40+2))\n`)
  await untilShown(page, /one-42\s中文/)
  await page.reload()
  await untilShown(page, /one-42\s中文/)
  await page.keyboard.type('echo two-$((40+3))\n')
  await untilShown(page, /one-42[\s\S]*two-43/)
  await page.keyboard.press('Alt+Shift+H')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.type('exit\n')
  await page.getByText('Session over').waitFor()
  expect(troubles).toEqual([])
})

test('output of an asset cannot script the page, read the clipboard or open a window (S25)', async () => {
  await using bastion = await startBastion()
  await using browser = await openBrowser()
  const { page, troubles } = browser
  await page.addInitScript(`${NO_WEBGL}; window.open = () => { window.opened = true }`)
  await page.goto(await originOf(bastion))
  await page.getByLabel('User name').fill('alice')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('.sidebar .row').click()
  await untilShown(page, /[$#]/)
  const hostile = String.raw`printf '\033]2;<img src=x onerror=hit=1>\007\033]52;c;?\007\033]8;;javascript:hit=1\007link\033]8;;\007<script>hit=1</script>'`
  await page.keyboard.type(`${hostile}; echo; echo do''ne\n`)
  await untilShown(page, /done/)
  expect(await page.getByRole('tab').first().textContent()).toContain('<img')
  expect(await page.evaluate('[typeof hit, typeof opened]')).toEqual(['undefined', 'undefined'])
  expect(troubles).toEqual([])
})

/** A page that does what luna's tabs do: two sockets on one connection, rooms by secret, no size with resize's room. */
const LUNA = `<!doctype html><pre id="one"></pre><pre id="two"></pre><script src="socket.io.js"></script><script>
  const ssh = io('/ssh'), root = io('/')
  window.room = {}
  ssh.on('room', (data) => { room[data.secret] = data.room })
  ssh.on('data', ({ data, room: id }) => { for (const name in room) if (room[name] === id) document.getElementById(name).textContent += data })
  ssh.on('logout', ({ room: id }) => { document.title = 'over ' + id })
  window.host = (secret, uuid, userid) => { ssh.emit('resize', { cols: 100, rows: 30 }); ssh.emit('host', { uuid, userid, secret, size: [100, 30] }) }
  window.type = (name, data) => ssh.emit('data', { data, room: room[name] })
</script>`

test("luna in Chromium behind the documented nginx, with Jumpserver's cookies", async () => {
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core, env: { TRUSTED_PEERS: '127.0.0.1' } })
  const [alice] = [...core.state.users.values()]
  const [asset] = [...core.state.assets.values()]
  const account = [...core.state.systemUsers.values()].find(({ name }) => name.endsWith('-key'))
  core.state.webSessions.set('the-csrf the-session', alice?.id ?? '')
  const client = join(
    dirname(createRequire(import.meta.url).resolve('socket.io-client-2.1')),
    '../dist/socket.io.js',
  )
  const { webPort } = await bastion.daemon.ready()
  await using nginx = await startNginx(webPort, {
    'index.html': LUNA,
    'socket.io.js': readFileSync(client, 'utf8'),
  })
  await using browser = await openBrowser()
  const { page } = browser
  const cookies = { sessionid: 'the-session', csrftoken: 'the-csrf' }
  await page
    .context()
    .addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: nginx.origin })))
  await page.goto(`${nginx.origin}/luna/`)
  for (const name of ['one', 'two']) await page.evaluate(`host('${name}', '${asset?.id}', '${account?.id}')`)
  for (const name of ['one', 'two'])
    await page
      .locator(`#${name}`)
      .filter({ hasText: /[$#] ?$/ })
      .waitFor()
  await page.evaluate(`type('one', ${JSON.stringify(`printf '${CHINESE}-%d\\n' $((1+1)); stty size\r`)})`)
  await page
    .locator('#one')
    .filter({ hasText: /中文-2[\s\S]*30 100/ })
    .waitFor()
  expect(await page.locator('#two').textContent()).not.toContain('中文')
  await page.evaluate(`type('two', 'exit\\r')`)
  await page.waitForFunction("document.title === 'over ' + room.two")
  const [session] = [...core.state.sessions.values()]
  expect(session).toMatchObject({ login_from: 'WT', remote_addr: '127.0.0.1' })
  await page.goto(`${nginx.origin}/coco/`)
  await page.locator('.sidebar .row', { hasText: 'web-01' }).waitFor()

  for (const version of CLIENT_VERSIONS) {
    using luna = new LunaClient(nginx.origin, {
      version,
      cookie: 'sessionid=the-session; csrftoken=the-csrf',
    })
    const room = await luna.host('s', { uuid: asset?.id, userid: account?.id, size: [80, 24] })
    await luna.untilText(room, /[$#] ?$/)
    luna.emit('data', { data: `printf '${CHINESE}-%d\\n' $((2+2)); exit\r`, room })
    await luna.loggedOut(room)
    expect([version, luna.text(room)]).toEqual([version, expect.stringContaining('中文-4')])
  }
})
