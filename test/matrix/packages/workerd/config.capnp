using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "plain", worker = (
      compatibilityDate = "2026-11-01",
      modules = [( name = "server", esModule = embed "out/server.js" )],
    ) ),
    ( name = "module", worker = (
      compatibilityDate = "2026-11-01",
      modules = [
        ( name = "server", esModule = embed "out/server-with-module.js" ),
        ( name = "bp4/core.wasm", wasm = embed "out/core.wasm" ),
      ],
    ) ),
  ],
  sockets = [
    ( name = "plain", service = "plain", address = "127.0.0.1:0", http = () ),
    ( name = "module", service = "module", address = "127.0.0.1:0", http = () ),
  ],
);
