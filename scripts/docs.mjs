// Writes the documentation that is made from the code: config.example.ini and the README's table of settings.
// Run it with tsx: npm run docs
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exampleIni, settingsTable } from '../src/config/example.ts'

const root = join(import.meta.dirname, '..')
const readme = join(root, 'README.md')

writeFileSync(join(root, 'config.example.ini'), exampleIni())
const table = `<!-- settings -->\n${settingsTable()}\n<!-- /settings -->`
const text = readFileSync(readme, 'utf8')
writeFileSync(
  readme,
  text.replace(/<!-- settings -->[\s\S]*<!-- \/settings -->/, () => table),
)
