/**
 * `npm run generate`: writes the documents that follow from the code. `--check` writes nothing and fails for each one
 * that is not what the code says.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { documents } from './generate/documents.ts'

const root = path.dirname(import.meta.dirname)
const check = process.argv.includes('--check')
let stale = 0

for (const document of documents) {
  const file = path.join(root, document.path)
  const text = await document.make()
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
  if (check) {
    stale++
    console.error(`${document.path} is stale: run "npm run generate"`)
  } else {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    console.log(`wrote ${document.path}`)
  }
}
if (stale > 0) process.exitCode = 1
