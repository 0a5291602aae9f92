# REGATTA_HARDEN: optimised builds have the hardening of the compiler and the linker, each
# flag where it is supported. regatta_flags carries it; tests/check_hardening.sh reads the
# files that are built. Sanitizers replace it: they do not see the checked functions of
# FORTIFY_SOURCE. Debian's packages have the same flags from dpkg-buildflags.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckLinkerFlag)
include(CheckPIESupported)

option(REGATTA_HARDEN "Compile and link optimised builds with hardening flags" ON)
if(NOT REGATTA_HARDEN OR CMAKE_C_FLAGS MATCHES "-fsanitize=")
  return()
endif()

# -fPIE and -pie, also where they are not the compiler's default.
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Level 3, which checks blocks whose size is known at run time, needs gcc 12 or clang 9, and
# glibc 2.35.
set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -Werror")
check_c_source_compiles("
  #include <stdlib.h>
  #if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 35)
  #error no level 3
  #endif
  int main(int argc, char **argv) { (void)argv; return (int)__builtin_dynamic_object_size(malloc((size_t)argc), 0); }
  " REGATTA_HAS_FORTIFY_3)
unset(CMAKE_REQUIRED_FLAGS)
set(hardening -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
if(REGATTA_HAS_FORTIFY_3)
  set(hardening -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
foreach(flag IN ITEMS -fstack-protector-strong -fstack-clash-protection)
  string(MAKE_C_IDENTIFIER "REGATTA_HAS${flag}" has)
  check_c_compiler_flag(${flag} ${has})
  if(${has})
    list(APPEND hardening ${flag})
  endif()
endforeach()
set(hardening_link)
foreach(flag IN ITEMS -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
  string(MAKE_C_IDENTIFIER "REGATTA_HAS${flag}" has)
  check_linker_flag(C ${flag} ${has})
  if(${has})
    list(APPEND hardening_link ${flag})
  endif()
endforeach()

set(optimised $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
target_compile_options(regatta_flags INTERFACE "$<${optimised}:${hardening}>")
target_link_options(regatta_flags INTERFACE "$<${optimised}:${hardening_link}>")
