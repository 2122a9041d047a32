#!/usr/bin/env bash
# Fetches the viewer of the documentation page (Swagger UI, npm package swagger-ui-dist) and packs it into
# server-impl/assets/docs/. Run it after changing the version below, and commit the result.
source "$(dirname "$0")/common.sh"

version=5.35.0
# As published by the registry.
integrity=sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==
target=server-impl/assets/docs

scripts/setup.sh node

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
say "fetching swagger-ui-dist $version"
npm pack --silent --pack-destination "$folder" "swagger-ui-dist@$version" >&2
archive=$folder/swagger-ui-dist-$version.tgz
found=$(node -e '
    const hash = require("node:crypto").createHash("sha512");
    console.log("sha512-" + hash.update(require("node:fs").readFileSync(process.argv[1])).digest("base64"));
' "$archive")
[ "$found" = "$integrity" ] || fail "swagger-ui-dist $version is not the pinned one: its integrity is $found"
tar --extract --gzip --file "$archive" --directory "$folder"

say "packing it into $target/"
for name in LICENSE NOTICE swagger-ui-bundle.js.LICENSE.txt; do
    install -m 644 "$folder/package/$name" "$target/$name"
done
node - "$folder/package" "$target" <<'EOF'
const { readFileSync, writeFileSync } = require('node:fs');
const { brotliCompressSync, gzipSync, constants } = require('node:zlib');
const [source, target] = process.argv.slice(2);
for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
    // The maps that the last lines point to are not served.
    const text = readFileSync(`${source}/${name}`, 'utf8').replace(/\n?(\/\/|\/\*)# sourceMappingURL=[^\n]*\n?$/, '\n');
    const bytes = Buffer.from(text);
    const params = {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_LGWIN]: 22,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    writeFileSync(`${target}/${name}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${target}/${name}.gz`, gzipSync(bytes, { level: 9 }));
}
EOF
say "done; version and integrity are also named in $target/README.md"
