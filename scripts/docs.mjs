// Writes the documentation that is made from the code: config.example.ini and the README's table of settings.
// Run it with tsx: npm run docs
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exampleIni, settingsTable } from '../src/config/example.ts'

const root = join(import.meta.dirname, '..')
const readme = join(root, 'README.md')

writeFileSync(join(root, 'config.example.ini'), exampleIni())
writeFileSync(
  readme,
  readFileSync(readme, 'utf8').replace(
    /(<!-- settings -->\n)[\s\S]*?(\n<!-- \/settings -->)/,
    (_, open, close) => `${open}${settingsTable()}${close}`,
  ),
)
