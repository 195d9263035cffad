import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Bastion, PASSWORD, startBastion } from '../fixtures/bastion.ts'
import { openBrowser } from '../fixtures/browser.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

const more = (passwordFile: string): string => `
[user carol]
name = Carol
admin = yes
password_file = ${passwordFile}

[user bob]
name = Bob
password_file = ${passwordFile}
`

const NO_WEBGL = `{
  const { getContext } = HTMLCanvasElement.prototype
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return /webgl/.test(kind) ? null : getContext.call(this, kind, ...more)
  }
}`

async function logIn(page: Page, bastion: Bastion, user: string): Promise<string> {
  const origin = `http://127.0.0.1:${(await bastion.daemon.ready()).webPort}`
  await page.goto(origin)
  await page.getByLabel('User name').fill(user)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('.desk').waitFor()
  return origin
}

const shown = (page: Page, text: RegExp): Promise<void> =>
  page.locator('.tab:not([hidden]) .xterm-rows').filter({ hasText: text }).waitFor()

test('an administrator sees a session that runs, watches, joins, shares and ends it, and reads its record', async () => {
  await using directory = await temporaryDirectory()
  const passwordFile = join(directory.path, 'password')
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 })
  await using bastion = await startBastion({ inventory: more(passwordFile) })
  await using alice = await bastion.ssh({ as: bastion.direct })
  await alice.untilScreen(/[$#]/)
  alice.type('echo first-$((40+2))\r')
  await alice.untilScreen(/first-42/)
  await using browser = await openBrowser()
  const { page, troubles } = browser
  const context = page.context()
  await context.addInitScript(NO_WEBGL)
  const origin = await logIn(page, bastion, 'carol')
  await page.goto(`${origin}/sessions`)
  const row = page.locator('tr[data-session]').filter({ hasText: 'alice' })
  await row.waitFor()

  const [watching] = await Promise.all([
    context.waitForEvent('page'),
    row.getByRole('button', { name: /Watch/ }).click(),
  ])
  await shown(watching, /first-42/)
  alice.type('echo second-$((40+3))\r')
  await shown(watching, /second-43/)
  await watching.reload()
  await shown(watching, /second-43/)

  const [joined] = await Promise.all([
    context.waitForEvent('page'),
    row.getByRole('button', { name: /Join/ }).click(),
  ])
  await shown(joined, /second-43/)
  await joined.locator('.tab:not([hidden]) .xterm-screen').click()
  await joined.keyboard.type('echo by-carol-$((40+4))\n')
  await alice.untilScreen(/by-carol-44/)

  await row.getByRole('button', { name: /Share/ }).click()
  const code = (await page.locator('dialog code').textContent()) ?? ''
  await page.keyboard.press('Escape')
  await using second = await openBrowser()
  await second.page.addInitScript(NO_WEBGL)
  await logIn(second.page, bastion, 'bob')
  // Who is no administrator sees no session and no record of others; the code opens this one.
  expect(await second.page.evaluate(`fetch('api/live').then((answer) => answer.json())`)).toEqual([])
  expect(await second.page.evaluate(`fetch('api/records').then((answer) => answer.status)`)).toBe(404)
  await second.page.keyboard.press('Alt+Shift+K')
  await second.page.getByRole('searchbox', { name: 'Asset, tab or command' }).fill('code')
  await second.page.locator('dialog .row', { hasText: 'Join a session by a code' }).click()
  await second.page.getByRole('textbox', { name: 'Join a session by a code' }).fill(code)
  await second.page.keyboard.press('Enter')
  await shown(second.page, /by-carol-44/)

  await row.getByRole('button', { name: /End/ }).click()
  await page.getByRole('textbox', { name: /End alice/ }).fill('maintenance')
  await page.keyboard.press('Enter')
  await alice.untilScreen(/maintenance/)
  await row.waitFor({ state: 'detached' })

  await page.getByRole('searchbox', { name: /Search user/ }).fill('by-carol')
  const record = page.locator('[data-record]').filter({ hasText: 'by-carol' })
  await record.click()
  await page.locator('.player .ap-term').waitFor()
  const command = page.locator('.stage li', { hasText: 'first-' })
  await command.getByRole('button').click()
  await page.locator('.player').filter({ hasText: 'first-42' }).waitFor()
  expect(troubles).toEqual([])
  expect(second.troubles).toEqual([])
  for (const act of ['commands', 'play'])
    await bastion.daemon.untilLog(
      (line) => line['event'] === 'replay-read' && line['by'] === 'carol' && line['act'] === act,
    )
}, 180_000)
