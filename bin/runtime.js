'use strict'
/**
 * The Node that Commonroot runs on: which one is needed, where the pinned one lies, and how to run under it.
 * CommonJS without newer syntax, because an old Node reads it first. May import: Node's own modules.
 */

const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

/** The oldest major version that runs TypeScript without a flag and has every algorithm of the registry. */
const neededMajor = 26

/** Exit code for "this machine lacks something", as opposed to a command that failed. */
const missingExitCode = 2

/** Set for the child only: a pinned Node that is too old must not start itself for ever. */
const childMark = 'COMMONROOT_UNDER_PINNED_NODE'
const startedAsChild = process.env[childMark] === '1'
delete process.env[childMark]

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH', 'SIGCONT']

/** @returns {boolean} whether this process runs on a Node that is new enough */
function isSupported() {
  return Number.parseInt(process.versions.node, 10) >= neededMajor
}

/** @returns {boolean} whether this process was started by `runUnderPinnedNode` */
function isChild() {
  return startedAsChild
}

/**
 * Where the pinned Node lies: its package is found from Commonroot's own place, so that it may be hoisted.
 * @param {string} root the package's folder
 * @returns {string | undefined}
 */
function pinnedNode(root) {
  const linked = path.join(root, 'node_modules', '.bin', 'node')
  if (existsSync(linked)) return linked
  try {
    const manifest = createRequire(path.join(root, 'package.json')).resolve(`${nodePackage()}/package.json`)
    const binary = path.join(path.dirname(manifest), 'bin', 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/**
 * One sentence: what is missing and what to do about it.
 * @returns {string}
 */
function missingSentence() {
  return (
    `commonroot needs Node ${neededMajor} or newer, but this is Node ${process.versions.node} and the optional ` +
    `package ${nodePackage()} is not installed: run "npm install --include=optional" or install Node ${neededMajor}.`
  )
}

/**
 * Node strips types only outside `node_modules`; below it, the sources need a loader of ours.
 * @param {string} entry the file that is going to be imported
 * @returns {string[]} arguments for Node
 */
function loaderArguments(entry) {
  if (!entry.endsWith('.ts') || !entry.split(path.sep).includes('node_modules')) return []
  const loader = pathToFileURL(path.join(__dirname, 'strip-types.js')).href
  return ['--disable-warning=ExperimentalWarning', `--import=${loader}`]
}

/**
 * Runs a script under the pinned Node with the same terminal, and ends the way that it ends.
 *
 * The child is in a session of its own: a Ctrl-C goes to every process of the terminal's foreground group, and
 * the child would get it twice, once from the terminal and once from here.
 * @param {string} root the package's folder
 * @param {string[]} nodeArguments
 * @param {string} script
 * @param {string[]} scriptArguments
 */
function runUnderPinnedNode(root, nodeArguments, script, scriptArguments) {
  const node = isSupported() ? process.execPath : pinnedNode(root)
  if (startedAsChild || node === undefined) {
    console.error(missingSentence())
    process.exitCode = missingExitCode
    return
  }
  const child = spawn(node, [...nodeArguments, script, ...scriptArguments], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
    env: { ...process.env, [childMark]: '1' },
  })
  const handlers = forwarded.map((signal) => [signal, () => child.kill(signal)])
  for (const [signal, handler] of handlers) process.on(signal, handler)
  process.on('SIGTSTP', () => {
    child.kill('SIGSTOP')
    process.kill(process.pid, 'SIGSTOP')
  })
  child.on('error', (error) => {
    console.error(`commonroot could not start ${node}: ${error.message}`)
    process.exitCode = missingExitCode
  })
  child.on('exit', (code, signal) => {
    for (const [name, handler] of handlers) process.off(name, handler)
    if (signal !== null) endBySignal(signal)
    else process.exitCode = code
  })
}

/** In the child: a parent that was killed without a chance to forward anything takes the child with it. */
function followParent() {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref()
}

function endBySignal(signal) {
  process.exitCode = 1
  process.kill(process.pid, signal)
}

function nodePackage() {
  return `node-${process.platform}-${process.arch}`
}

module.exports = {
  followParent,
  isChild,
  isSupported,
  loaderArguments,
  missingExitCode,
  missingSentence,
  neededMajor,
  pinnedNode,
  runUnderPinnedNode,
}
