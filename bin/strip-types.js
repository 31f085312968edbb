'use strict'
/** Lets Node load Commonroot's TypeScript from below `node_modules`, where Node itself refuses to strip types. */

const { readFileSync } = require('node:fs')
const { registerHooks, stripTypeScriptTypes } = require('node:module')
const path = require('node:path')
const { fileURLToPath, pathToFileURL } = require('node:url')

const ownFiles = pathToFileURL(path.dirname(__dirname) + path.sep).href

registerHooks({
  load(url, context, nextLoad) {
    const own = url.startsWith(ownFiles) && !url.slice(ownFiles.length).startsWith('node_modules/')
    if (!own || !url.endsWith('.ts')) return nextLoad(url, context)
    const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'))
    return { format: 'module', source, shortCircuit: true }
  },
})
