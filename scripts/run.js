/**
 * Runs one of the TypeScript entry scripts: `node scripts/run.js scripts/test.ts [arguments]`. Plain JavaScript, so
 * that an old Node gets as far as saying what is missing.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import runtime from '../bin/runtime.js'

const [script, ...scriptArguments] = process.argv.slice(2)
if (script === undefined) throw new TypeError('the script to run is missing')
if (runtime.isSupported()) {
  process.argv = [process.argv[0], path.resolve(script), ...scriptArguments]
  await import(pathToFileURL(path.resolve(script)).href)
} else {
  console.error(runtime.missingSentence())
  process.exitCode = runtime.missingExitCode
}
