//! The program as its users meet it: started, called, stopped and restarted as a process.

mod audit;
mod commands;
mod copy;
mod damage;
mod demo;
mod disk;
mod import;
mod merchant;
mod phone;
mod restore;
mod search;
mod serve;
mod server;
mod settings;
mod shopper;
