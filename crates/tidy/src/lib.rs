//! The inspector: tests that hold the house rules. It reads the workspace and never changes a file.

#[cfg(test)]
mod dialects;
#[cfg(test)]
mod files;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod workspace;
