# Manual pages and completion scripts, which the command prints. A build for another kind
# of machine, which cannot run the command, lacks them.
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(STATUS "cross-compiling: no manual pages and completion scripts")
  return()
endif()

set(pages_dir ${PROJECT_BINARY_DIR}/pages)
set(print_page ${CMAKE_CURRENT_SOURCE_DIR}/../cmake/RegattaPrint.cmake)
set(pages)
# regatta_page(FILE WORD...): the file has the output of `regatta WORD...`.
macro(regatta_page file)
  add_custom_command(OUTPUT ${pages_dir}/${file}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${pages_dir}/${file} -P ${print_page} --
      $<TARGET_FILE:regatta_cli> ${ARGN}
    DEPENDS regatta_cli ${print_page} VERBATIM)
  list(APPEND pages ${pages_dir}/${file})
endmacro()

regatta_page(man1/regatta.1 man)
file(GLOB command_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/commands/cmd_*.c)
foreach(source IN LISTS command_sources)
  string(REGEX REPLACE ".*/cmd_(.*)\\.c$" "\\1" command ${source})
  regatta_page(man1/regatta-${command}.1 man ${command})
endforeach()
regatta_page(completion/regatta completion bash)
regatta_page(completion/_regatta completion zsh)
regatta_page(completion/regatta.fish completion fish)
add_custom_target(regatta_pages ALL DEPENDS ${pages})

install(DIRECTORY ${pages_dir}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${pages_dir}/completion/regatta
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${pages_dir}/completion/_regatta
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${pages_dir}/completion/regatta.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
