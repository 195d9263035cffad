import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Bastion, PASSWORD, startBastion } from '../fixtures/bastion.ts'
import { openBrowser } from '../fixtures/browser.ts'

const NO_WEBGL = `{
  const { getContext } = HTMLCanvasElement.prototype
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return /webgl/.test(kind) ? null : getContext.call(this, kind, ...more)
  }
}`
/** Whatever a payload wants would be seen here. */
const WATCH = `
  window.hits = []
  window.hit = (what) => window.hits.push(String(what))
  for (const name of ['alert', 'open', 'prompt']) window[name] = () => window.hit(name)
  Object.defineProperty(navigator, 'clipboard', { value: {
    readText: async () => { window.hit('clipboard read'); return 'secret' },
    read: async () => { window.hit('clipboard read'); return [] },
    writeText: async () => window.hit('clipboard write'),
    write: async () => window.hit('clipboard write'),
  } })
`

const SCRIPTS = [
  '<script>hit(1)<-script>',
  '<img src=x onerror=hit(2)>',
  '<svg onload=hit(3)>',
  '"><img src=x onerror=hit(4)>',
  "'><svg onload=hit(5)>",
  '<iframe srcdoc="<script>parent.hit(6)<-script>">',
  '<details open ontoggle=hit(7)>',
  '<body onload=hit(8)>',
  '<a href=javascript:hit(9)>x<-a>',
  '<style>@import "data:text-css,"<-style>',
  '<input autofocus onfocus=hit(10)>',
  '<video src=x onerror=hit(11)>',
  '<math><mtext><img src=x onerror=hit(12)>',
  '<template><script>hit(13)<-script>',
  '{{constructor.constructor("hit(14)")()}}',
  '$\u007bhit(15)}',
  '`$\u007bhit(16)}`',
  'javascript:hit(17)',
  'data:text-html,<script>hit(18)<-script>',
  '&lt;script&gt;hit(19)&lt;-script&gt;',
  '%3Cscript%3Ehit(20)%3C-script%3E',
  '\u202ecod.exe',
  '\u2066<img src=x onerror=hit(21)>\u2069',
  '__proto__',
  'constructor',
  'toString',
  '‮<b onmouseover=hit(22)>',
  '<!--<img src="--><img src=x onerror=hit(23)-->',
  '<noscript><p title="<-noscript><img src=x onerror=hit(24)>">',
  '<base href=javascript:hit(25)-->',
] as const
const FRAMES = ['', 'a ', '"', "'", '>'] as const
/** As names of files, which hold no slash and are short enough. */
const NAMES = [...new Set(FRAMES.flatMap((frame) => SCRIPTS.map((script) => `${frame}${script}`)))]

const ESC = '\x1b'
const ADDRESSES = [
  ...[
    'javascript:hit(30)',
    'data:text/html,<script>hit(31)</script>',
    'file:///etc/passwd',
    'vbscript:hit(32)',
  ],
  ...[
    'JaVaScRiPt:hit(33)',
    ' javascript:hit(34)',
    'java\tscript:hit(35)',
    'blob:x',
    'about:blank',
    '//evil.example',
  ],
]
const CLIPBOARD = [
  'c;?',
  'p;?',
  's;?',
  ';?',
  'c0;?',
  `c;${Buffer.from('rm -rf ~').toString('base64')}`,
  'c;!',
  'q;?',
]
/** As output of a program. */
const OUTPUT = [
  ...SCRIPTS.flatMap((script) =>
    ['0', '1', '2'].map((code) => `${ESC}]${code};${script.replaceAll('-', '/')}\x07`),
  ),
  ...ADDRESSES.flatMap((address) => [
    `${ESC}]8;;${address}${ESC}\\link${ESC}]8;;${ESC}\\`,
    `${ESC}]8;id=1;${address}\x07l${ESC}]8;;\x07`,
  ]),
  ...CLIPBOARD.flatMap((what) => [
    `${ESC}]52;${what}\x07`,
    `${ESC}]52;${what}${ESC}\\`,
    `\x9d52;${what}\x9c`,
  ]),
  ...[
    `${ESC}]50;<script>hit(40)</script>\x07`,
    `${ESC}P+q544e${ESC}\\`,
    `${ESC}]1337;File=inline=1:PHN2Zz4=\x07`,
  ],
  ...[
    `${ESC}]7;javascript:hit(41)\x07`,
    `${ESC}_Gf=100;AAAA${ESC}\\`,
    `${ESC}[21t`,
    `${ESC}]l<b>${ESC}\\`,
    `${ESC}]9;hit(42)\x07`,
  ],
]

async function logIn(page: Page, bastion: Bastion): Promise<string> {
  const origin = `http://127.0.0.1:${(await bastion.daemon.ready()).webPort}`
  await page.goto(origin)
  await page.getByLabel('User name').fill('alice')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('.desk').waitFor()
  return origin
}

test('two hundred hostile names and outputs are text in the page and nothing else (S25)', async () => {
  expect(NAMES.length + OUTPUT.length).toBeGreaterThan(200)
  await using bastion = await startBastion({ env: { SFTP_ROOT: 'home' } })
  await using browser = await openBrowser()
  const { page, troubles } = browser
  const home = (name: string): string => join(bastion.sshd.asset.home, name)
  writeFileSync(home('hostile'), `${OUTPUT.join('\r\n')}\r\n`)
  await page.addInitScript(`${NO_WEBGL};${WATCH}`)
  const origin = await logIn(page, bastion)
  await page.locator('.sidebar .row').click()
  const rows = page.locator('.tab:not([hidden]) .xterm-rows')
  await rows.filter({ hasText: /[$#]/ }).waitFor()
  await page.keyboard.type('cat hostile; echo all-$((1+1))-shown\n')
  await rows.filter({ hasText: 'all-2-shown' }).waitFor()
  await page.keyboard.type('echo next-$((2+2))\n')
  await rows.filter({ hasText: 'next-4' }).waitFor()
  expect(await page.evaluate('hits')).toEqual([])

  for (const name of NAMES) writeFileSync(home(name), '')
  await page.goto(`${origin}/coco/elfinder/sftp/`)
  await page.locator('.file-row', { hasText: 'web-01' }).dblclick()
  await page.getByRole('option', { name: `${bastion.sshd.asset.user}-key` }).dblclick()
  await page
    .locator('.file-row')
    .nth(NAMES.length - 1)
    .waitFor()
  const shown = await page.locator('.file-row .name').allTextContents()
  const visible = (name: string): string =>
    name.replace(/[\u202e\u2066\u2069]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`)
  expect(shown.toSorted()).toEqual([...NAMES.map(visible), 'hostile'].toSorted())
  expect(await page.evaluate('hits')).toEqual([])
  expect(troubles).toEqual([])
}, 180_000)
