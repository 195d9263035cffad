// Takes the pictures of our own page that the documents show: a real daemon, its demo, a real Chromium. Run it after
// `npm run build`: node scripts/screenshots.mjs
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const root = join(import.meta.dirname, '..')
const directory = mkdtempSync(join(tmpdir(), 'cocod-screenshots-'))
const PICTURES = [
  { file: 'web-dark.png', width: 1280, height: 720, scheme: 'dark' },
  { file: 'web-light.png', width: 1280, height: 720, scheme: 'light' },
  { file: 'web-narrow.png', width: 320, height: 640, scheme: 'light' },
]

/** Pictures by name; none named: all. */
const isWanted = (file) => process.argv.length < 3 || process.argv.includes(file)

// Something to be seen in the file manager.
const share = join(directory, 'share')
for (const name of ['backups', 'logs', 'site']) mkdirSync(join(share, name), { recursive: true })
for (const [name, size] of [
  ['deploy.sh', 2_150],
  ['notes.txt', 840],
  ['release-1.4.tar.gz', 7_340_032],
])
  writeFileSync(join(share, name), Buffer.alloc(size))

async function desk(browser, { web, password, width = 1280, height = 720, scheme = 'dark' }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme })
  const page = await context.newPage()
  await page.goto(`http://${web}/`)
  await page.getByLabel('User name').fill('demo')
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await page.locator('.desk').waitFor()
  return { context, page }
}

/** The files of an account beside its terminal. */
async function files(browser, web, password) {
  const { context, page } = await desk(browser, { web, password, scheme: 'light' })
  await page.locator('.sidebar .row').first().click()
  await page.getByText('recorded').waitFor({ state: 'attached' })
  await page.keyboard.press('Alt+Shift+E')
  await page.locator('.file-row').first().waitFor()
  await page.screenshot({ path: join(root, 'docs', 'web-files.png') })
  await context.close()
}

/** The sessions page with a record in its player. */
async function sessions(browser, web, password) {
  const { context, page } = await desk(browser, { web, password })
  await page.locator('.sidebar .row').first().click()
  await page.getByText('recorded').waitFor({ state: 'attached' })
  await page.keyboard.type('uname -sm; ls /usr; df -h /\n')
  await page.waitForTimeout(6000)
  const other = await context.newPage()
  await other.goto(`http://${web}/sessions`)
  await other.locator('tr[data-session]').first().waitFor()
  await other.getByRole('searchbox').fill('uname')
  await other.locator('[data-record]').first().click()
  await other.locator('.stage li button').first().click()
  await other.locator('.player .ap-term').waitFor()
  await other.waitForTimeout(2500)
  await other.screenshot({ path: join(root, 'docs', 'web-sessions.png') })
  await context.close()
}

const daemon = spawn(
  process.execPath,
  [join(root, 'bin/cocod'), 'start', '--standalone', '--sshd-port', '0', '--httpd-port', '0'],
  {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, SFTP_ROOT: share },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
const ready = new Promise((resolve) => {
  createInterface({ input: daemon.stdout }).on('line', (line) => {
    const entry = JSON.parse(line)
    if (entry.msg === 'ready') resolve(entry)
  })
})
try {
  const { web, passwordFile } = await ready
  const password = readFileSync(passwordFile, 'utf8').trim()
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  for (const { file, width, height, scheme } of PICTURES.filter((each) => isWanted(each.file))) {
    const { context, page } = await desk(browser, { web, password, width, height, scheme })
    if (width < 700) await page.locator('.burger').click()
    await page.locator('.sidebar .row').first().click()
    await page.getByText('recorded').waitFor({ state: 'attached' })
    await page.getByText(/\d ms/).waitFor({ state: 'attached' })
    await page.keyboard.type('PS1="$ "; clear; uname -sm; ls --color /usr; echo 中文 é\n')
    // The terminal is drawn on a canvas, which nobody can ask for its text.
    await page.waitForTimeout(2000)
    await page.screenshot({ path: join(root, 'docs', file) })
    await context.close()
  }
  if (isWanted('web-files.png')) await files(browser, web, password)
  if (isWanted('web-sessions.png')) await sessions(browser, web, password)
  await browser.close()
} finally {
  daemon.kill('SIGTERM')
  await once(daemon, 'close')
  rmSync(directory, { recursive: true, force: true })
}
