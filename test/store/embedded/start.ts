/** Starts the Postgres of the folder given, says so in one line, and lives until its input ends. */
import { startEmbeddedPostgres } from '../../../src/store/index.ts'

const [folder = ''] = process.argv.slice(2)
const server = await startEmbeddedPostgres({ folder })
console.log(JSON.stringify({ processId: server.processId, connection: server.connection }))
process.stdin.resume()
