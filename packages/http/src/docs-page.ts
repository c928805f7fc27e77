import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type ProblemCode, statusByCode, titleOf } from './problem.js'

export interface Page {
  readonly contentType: string
  readonly content: string | Buffer
}

const require = createRequire(import.meta.url)
const swaggerUi = dirname(require.resolve('swagger-ui-dist/package.json'))

const fromSwaggerUi = (file: string, contentType: string) => async (): Promise<Page> => ({
  contentType,
  content: await readFile(join(swaggerUi, file)),
})
const written = (contentType: string, content: string) => async (): Promise<Page> => ({
  contentType,
  content,
})

const html = 'text/html; charset=utf-8'
const script = 'text/javascript; charset=utf-8'

// No inline script and nothing from another host, so that the page works behind a bank's proxy and under a strict policy.
const explorer = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plinth API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

// Without validatorUrl the page would show the document to a server of somebody else.
const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
})
`

function problemsPage(): string {
  const rows = Object.entries(statusByCode)
    .sort(([, left], [, right]) => left - right)
    .map(
      ([code, status]) =>
        `<tr id="${code}"><td>${status}</td><td><code>${code}</code></td><td>${titleOf(code as ProblemCode)}</td></tr>`,
    )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Plinth problems</title></head>
<body>
<h1>Problems</h1>
<p>Every error is <code>application/problem+json</code> (RFC 9457) with one of these codes.</p>
<table>
<thead><tr><th>Status</th><th>Code</th><th>Title</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</body>
</html>
`
}

/** The pages below /docs by path. */
export const docsPages: Readonly<Record<string, () => Promise<Page>>> = {
  '/docs': written(html, explorer),
  '/docs/problems': written(html, problemsPage()),
  '/docs/start.js': written(script, start),
  '/docs/swagger-ui.css': fromSwaggerUi('swagger-ui.css', 'text/css; charset=utf-8'),
  '/docs/swagger-ui-bundle.js': fromSwaggerUi('swagger-ui-bundle.js', script),
  '/docs/favicon-32x32.png': fromSwaggerUi('favicon-32x32.png', 'image/png'),
}
