# What `cmake --install` gives: library, headers, command, CMake package, pkg-config.
include(CMakePackageConfigHelpers)

install(TARGETS regatta EXPORT regatta-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET regatta_cli)
  install(TARGETS regatta_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  include(pages.cmake)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  ${PROJECT_SOURCE_DIR}/SECURITY.md ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
include(RegattaSbom)
install(FILES ${PROJECT_BINARY_DIR}/regatta.spdx.json DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs ${PROJECT_SOURCE_DIR}/examples
  DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.c"
  PATTERN "*.h" PATTERN "*.py" PATTERN "*.sh")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/regatta
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/include/regatta/version.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/regatta)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/regatta)
install(EXPORT regatta-targets NAMESPACE regatta:: DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/regatta-config.cmake.in
  ${PROJECT_BINARY_DIR}/regatta-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/regatta-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/regatta-config.cmake
  ${PROJECT_BINARY_DIR}/regatta-config-version.cmake DESTINATION ${package_dir})

# The Python package as Debian has it. pip installs the same files by python/build_wheel.py.
set(REGATTA_PYTHON_DIR lib/python3/dist-packages CACHE STRING
  "Folder of the Python package below the prefix; empty: not installed")
if(REGATTA_PYTHON_DIR)
  set(metadata ${PROJECT_BINARY_DIR}/python-metadata)
  configure_file(${PROJECT_SOURCE_DIR}/python/METADATA.in ${metadata} @ONLY)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/python/regatta DESTINATION ${REGATTA_PYTHON_DIR}
    FILES_MATCHING PATTERN "*.py" PATTERN "py.typed" PATTERN "__pycache__" EXCLUDE)
  install(FILES ${metadata} RENAME METADATA
    DESTINATION ${REGATTA_PYTHON_DIR}/regatta-${PROJECT_VERSION}.dist-info)
endif()

# A pkg-config file finds its prefix from where it lies, so an installed tree may move.
file(RELATIVE_PATH pc_up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_up "${pc_up}")
foreach(kind IN ITEMS LIBDIR INCLUDEDIR)
  string(TOLOWER pc_${kind} name)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${kind}}")
    set(${name} ${CMAKE_INSTALL_${kind}})
  else()
    set(${name} "\${prefix}/${CMAKE_INSTALL_${kind}}")
  endif()
endforeach()
set(packages regatta)
if(REGATTA_MPI)
  list(APPEND packages regatta-mpi)
endif()
foreach(package IN LISTS packages)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${package}.pc.in ${PROJECT_BINARY_DIR}/${package}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${package}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
