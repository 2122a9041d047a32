// Starts the viewer on the contract of the server that the page came from.
'use strict';

SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  // A link names the operation that is open.
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  filter: true,
  tryItOutEnabled: true,
  // Credentials are forgotten with the page; the session's cookie is the browser's.
  persistAuthorization: false,
  // Nobody else is asked whether the contract is valid.
  validatorUrl: null,
});
