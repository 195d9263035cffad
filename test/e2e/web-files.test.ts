import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Download, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Bastion, PASSWORD, startBastion } from '../fixtures/bastion.ts'
import { openBrowser } from '../fixtures/browser.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'
import { until } from '../fixtures/until.ts'

async function logIn(page: Page, bastion: Bastion): Promise<string> {
  const origin = `http://127.0.0.1:${(await bastion.daemon.ready()).webPort}`
  await page.goto(origin)
  await page.getByLabel('User name').fill('alice')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('searchbox', { name: /Search name/ }).waitFor()
  return origin
}

const row = (page: Page, name: string) =>
  page.locator('.file-row', { has: page.getByText(name, { exact: true }) })
const line = (page: Page, name: string, said: string) =>
  page.locator('.transfers li', { hasText: name }).filter({ hasText: said })

/** A download that begins in a page of its own is told by it, or by the one it came from. */
const anyDownload = (page: Page): Promise<Download> =>
  new Promise((resolve) => {
    page.once('download', resolve)
    page.context().once('page', (opened) => opened.once('download', resolve))
  })

/** Drops files and folders of this machine, as its desktop does. */
async function drop(page: Page, selector: string, files: readonly string[]): Promise<void> {
  const box = await page.locator(selector).boundingBox()
  const at = { x: (box?.x ?? 0) + 40, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, ...at, data })
}

test('the file manager in a browser: up, down, drag and drop, and what is done with files', async () => {
  await using bastion = await startBastion({ env: { SFTP_ROOT: 'home' } })
  await using browser = await openBrowser()
  await using directory = await temporaryDirectory()
  const { page, troubles } = browser
  const home = (...names: string[]): string => join(bastion.sshd.asset.home, ...names)
  const local = (...names: string[]): string => join(directory.path, ...names)
  const big = randomBytes(9_000_000)
  writeFileSync(local('big.bin'), big)
  writeFileSync(local('<b>中文<b>.txt'), 'text')
  mkdirSync(local('folder/inner'), { recursive: true })
  writeFileSync(local('folder/inner/deep'), 'deep')
  mkdirSync(home('locked'))
  chmodSync(home('locked'), 0o755)
  const origin = await logIn(page, bastion)
  await page.goto(`${origin}/coco/elfinder/sftp/`)
  await row(page, 'web-01').dblclick()
  await page.getByRole('option', { name: `${bastion.sshd.asset.user}-key` }).dblclick()
  await row(page, 'locked').waitFor()

  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Upload files' }).click(),
  ])
  await chooser.setFiles([local('big.bin'), local('<b>中文<b>.txt')])
  await row(page, 'big.bin').waitFor()
  await line(page, 'big.bin', 'done').waitFor()
  expect(readFileSync(home('big.bin')).equals(big)).toBe(true)
  expect(readFileSync(home('<b>中文<b>.txt'), 'utf8')).toBe('text')

  await drop(page, '.files', [local('folder'), local('big.bin')])
  await page.getByRole('dialog', { name: /Already there: big.bin/ }).waitFor()
  await page.keyboard.press('Enter')
  await row(page, 'folder').waitFor()
  await until(
    () => existsSync(home('folder/inner/deep')) && readFileSync(home('folder/inner/deep'), 'utf8') === 'deep',
  )

  const [file] = await Promise.all([page.waitForEvent('download'), row(page, 'big.bin').dblclick()])
  expect(readFileSync((await file.path()) ?? '').equals(big)).toBe(true)
  expect(file.suggestedFilename()).toBe('big.bin')
  await row(page, 'folder').click()
  const [zip] = await Promise.all([anyDownload(page), page.getByRole('button', { name: 'Download' }).click()])
  expect(zip.suggestedFilename()).toBe('folder.zip')
  expect(
    readFileSync((await zip.path()) ?? '')
      .subarray(0, 2)
      .toString(),
  ).toBe('PK')

  // By the keyboard alone.
  await page.getByRole('button', { name: 'New folder' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.type('made')
  await page.keyboard.press('Enter')
  await row(page, 'made').waitFor()
  await row(page, 'made').focus()
  await page.keyboard.press(' ')
  await page.keyboard.press('F2')
  await page.keyboard.type('renamed')
  await page.keyboard.press('Enter')
  await row(page, 'renamed').focus()
  await page.keyboard.press(' ')
  await page.keyboard.press('Delete')
  await page.getByRole('dialog', { name: /Delete “renamed”/ }).waitFor()
  await page.keyboard.press('Enter')
  await row(page, 'renamed').waitFor({ state: 'detached' })
  expect(readdirSync(home()).toSorted()).toEqual(['<b>中文<b>.txt', 'big.bin', 'folder', 'locked'])

  // A no is a sentence.
  await row(page, 'locked').dblclick()
  await page.getByText('Nothing is here').waitFor()
  await drop(page, '.files', [local('folder', 'inner', 'deep')])
  await line(page, 'deep', 'The account on the asset has no right to do this.').waitFor()
  expect(troubles).toEqual([])
}, 180_000)

test('beside a terminal: the files of its account, with progress, and an upload given up', async () => {
  await using bastion = await startBastion({ env: { SFTP_ROOT: 'home' } })
  await using browser = await openBrowser()
  await using directory = await temporaryDirectory()
  const { page, troubles } = browser
  const home = (...names: string[]): string => join(bastion.sshd.asset.home, ...names)
  const file = join(directory.path, 'large')
  writeFileSync(file, Buffer.alloc(30_000_000, 'x'))
  await logIn(page, bastion)
  await page.locator('.sidebar .row').click()
  await page.getByText('recorded').waitFor()
  await page.keyboard.press('Alt+Shift+E')
  await page.getByText('Nothing is here').waitFor()
  // Held back in the middle, so that there is time to give up.
  let pieces = 0
  await page.route('**/connector/**', async (route) => {
    const isPiece = route.request().postDataBuffer()?.includes('.part') === true
    if (isPiece) pieces += 1
    if (!isPiece || pieces < 3) await route.continue()
  })
  await drop(page, '.side .files', [file])
  await until(() => pieces === 3)
  expect(existsSync(home('large'))).toBe(true)
  await page.getByRole('button', { name: /Cancel .*large/ }).click()
  await line(page, 'large', 'cancelled').waitFor()
  await until(() => !existsSync(home('large')))
  await page.unroute('**/connector/**')
  await drop(page, '.side .files', [file])
  await line(page, 'large', 'done').waitFor()
  await row(page, 'large').waitFor()
  await page.keyboard.press('Alt+Shift+E')
  await page.locator('.side').waitFor({ state: 'hidden' })
  expect(troubles).toEqual([])
}, 180_000)
