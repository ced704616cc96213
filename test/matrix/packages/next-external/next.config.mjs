export default {
  // for bp4/worker on the server, because bundled code doesn't find the worker's file
  serverExternalPackages: ['bp4'],
  turbopack: { root: `${import.meta.dirname}/..` },
};
