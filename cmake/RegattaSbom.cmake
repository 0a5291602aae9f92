# The list of parts (SBOM) of a build: regatta.spdx.json, SPDX 2.3. The time is that of
# SOURCE_DATE_EPOCH where it is set.
set(sbom_packages)
set(sbom_relations)

# sbom_part(NAME VERSION LICENSE RELATION): RELATION is DYNAMIC_LINK, STATIC_LINK, or
# HAS_PREREQUISITE for a library that is loaded when it is first needed.
function(sbom_part name version license relation)
  if(NOT version)
    set(version NOASSERTION)
  endif()
  string(APPEND sbom_packages ",
    {
      \"SPDXID\": \"SPDXRef-${name}\",
      \"name\": \"${name}\",
      \"versionInfo\": \"${version}\",
      \"downloadLocation\": \"NOASSERTION\",
      \"filesAnalyzed\": false,
      \"licenseConcluded\": \"${license}\",
      \"licenseDeclared\": \"${license}\",
      \"copyrightText\": \"NOASSERTION\"
    }")
  string(APPEND sbom_relations ",
    {
      \"spdxElementId\": \"SPDXRef-regatta\",
      \"relationshipType\": \"${relation}\",
      \"relatedSpdxElement\": \"SPDXRef-${name}\"
    }")
  set(sbom_packages "${sbom_packages}" PARENT_SCOPE)
  set(sbom_relations "${sbom_relations}" PARENT_SCOPE)
endfunction()

# Reads NAME and the number behind it from a header: the version of a library that has no
# pkg-config file.
function(sbom_number out header name)
  file(STRINGS ${header} line REGEX "^#define ${name} ")
  string(REGEX MATCH "[0-9]+" number "${line}")
  set(${out} ${number} PARENT_SCOPE)
endfunction()
foreach(name IN ITEMS MAIN_VERSION SUB_VERSION SUBSUB_VERSION)
  sbom_number(cholmod_${name} ${CHOLMOD_INCLUDE_DIR}/cholmod_core.h CHOLMOD_${name})
endforeach()

set(linked DYNAMIC_LINK)
if(REGATTA_STATIC)
  set(linked STATIC_LINK)
endif()
sbom_part(zlib "${ZLIB_VERSION_STRING}" Zlib ${linked})
sbom_part(xxhash "${XXHASH_VERSION}" BSD-2-Clause ${linked})
sbom_part(jansson "${JANSSON_VERSION}" MIT ${linked})
sbom_part(random123 "" BSD-3-Clause STATIC_LINK)
sbom_part(libgomp "${CMAKE_C_COMPILER_VERSION}" "GPL-3.0-or-later WITH GCC-exception-3.1"
  STATIC_LINK)
sbom_part(igraph "${IGRAPH_VERSION}" GPL-2.0-or-later HAS_PREREQUISITE)
sbom_part(cholmod "${cholmod_MAIN_VERSION}.${cholmod_SUB_VERSION}.${cholmod_SUBSUB_VERSION}"
  "LGPL-2.1-or-later AND GPL-2.0-or-later" HAS_PREREQUISITE)
if(REGATTA_SQLITE)
  sbom_part(sqlite "${SQLITE_VERSION}" blessing HAS_PREREQUISITE)
endif()
if(REGATTA_POSTGRES)
  sbom_part(libpq "${LIBPQ_VERSION}" PostgreSQL HAS_PREREQUISITE)
endif()
if(REGATTA_ZSTD)
  sbom_part(zstd "${ZSTD_VERSION}" BSD-3-Clause HAS_PREREQUISITE)
endif()

string(TIMESTAMP sbom_created "%Y-%m-%dT%H:%M:%SZ" UTC)
configure_file(${PROJECT_SOURCE_DIR}/cmake/regatta.spdx.json.in
  ${PROJECT_BINARY_DIR}/regatta.spdx.json @ONLY)
